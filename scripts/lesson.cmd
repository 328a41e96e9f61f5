@echo off
rem The one command people type, on Windows. See scripts\lesson --help.
rem This part only finds a Python; all the rest is in scripts\companion.
setlocal

rem First the one on PATH: an active virtual environment, which has Meson and pytest. py -3 is the newest that is installed.
set "python=python"
call :is_new_enough
if not errorlevel 1 goto found
set "python=py -3"
call :is_new_enough
if not errorlevel 1 goto found

>&2 echo lesson: Python 3.11 or newer is needed. Install it with:
>&2 echo lesson:     winget install Python.Python.3.13
exit /b 1

:is_new_enough
%python% -I -S -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>&1
exit /b %ERRORLEVEL%

:found
rem -P: what lies in the current directory is not ours to import. UTF-8: so is every text, in whatever code page.
if defined PYTHONPATH set "PYTHONPATH=;%PYTHONPATH%"
set "PYTHONPATH=%~dp0%PYTHONPATH%"
%python% -P -X utf8 -m companion %*
exit /b %ERRORLEVEL%
