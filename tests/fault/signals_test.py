#!/usr/bin/env python3
"""A signal comes at each system call of an apply."""

import fault


class SignalsTest(fault.Node):

    def send_at_each(self, signal):
        calls = self.calls()
        sent, said_done = 0, 0
        for name, number in calls:
            with self.subTest(call=f"{name} {number}"):
                self.reset()
                ran = self.traced(f"{name}:signal={signal}:when={number}")
                sent += 1 if self.injected() else 0
                state = self.state()
                if signal != "KILL":
                    # It comes before or after the window in which files are replaced.
                    self.assertIn(state, ("old", "new"))
                    self.assert_no_temporary()
                if fault.says_done(ran):
                    said_done += 1
                    self.assertEqual(state, "new")
                self.assert_mends()
        self.assertGreater(sent, len(calls) // 2)
        self.assertGreater(said_done, 0)
        print(f"summary: signals sent: {sent}", flush=True)

    def test_kill(self):
        self.send_at_each("KILL")

    def test_term(self):
        self.send_at_each("TERM")

    def test_int(self):
        self.send_at_each("INT")


if __name__ == "__main__":
    fault.need_strace()
    fault.main()
