"""The kernel model: the state after each event of a run, as far as the trace tells; TRACE.md says how far that is."""

from __future__ import annotations

from . import effects, waits
from .events import Call
from .kernel_state import KernelState


class Kernel(KernelState):
    """Takes in the events of a run, one after the other, in the order of `order.in_order`."""

    def apply(self, call: Call) -> None:
        """Takes in what an event has changed."""
        self.now = call.time
        process = self.processes.get(call.pid)
        if process and process.has_ended and call.event not in ("start", "exit", "killed"):
            return  # another of its threads had ended the process, and this one noted its last call behind that
        if call.event == "start":
            self._started(call)
        elif call.event == "exit":
            effects.ended(self, call, has_come_to_its_end=True)
        elif call.event == "killed":
            effects.ended(self, call, has_come_to_its_end=False)
        elif call.event == "thread_start":
            process = self.process(call.pid)
            made = process.made_threads.pop(call.creator, None) if call.creator else None
            if made:
                made.number = call.thread
                made.object.name = f"{call.thread} of {call.lane}"
                process.threads[call.thread] = made
        elif call.event == "thread_end":
            self.end_thread(self.process(call.pid), self.thread(call), call.result)
        elif call.event == "enter":
            self._entered(call)
        elif call.event == "return":
            thread = self.thread(call)
            if thread.call is None or thread.call.number != call.number or thread.is_halted:
                effects.begun(self, call)
            thread.call, thread.wait, thread.is_halted = None, None, False
            effects.returned(self, call)

    def _entered(self, call: Call) -> None:
        thread = self.thread(call)
        if thread.call and thread.call.key == call.key and not thread.is_halted:
            return  # the demo has told that it let the thread go on
        thread.call, thread.is_halted = call, call.is_halted
        thread.wait = None if call.is_halted else waits.of(self, call)
        if not call.is_halted:
            effects.begun(self, call)

    def _started(self, call: Call) -> None:
        is_known = call.pid in self.tables
        process = self.new_process(call.pid, call.lane)
        process.lane = process.object.name = call.lane
        if not is_known:
            effects.given(self, call)
        self.thread_of(process, 1).object.name = f"of {call.lane}"
        for name, handle in call.arguments.get("standard", {}).items():
            self.standard_handle(process, name, handle)
