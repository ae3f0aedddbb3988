"""Concurrent jobs that start together, and a load of purchases with a record of every answer."""

import threading

from daemon_process import signed_request
from stripe_events import intent_id_of, purchase
from wire import Connection, NoAnswer

TAKEN = ("applied", "duplicate")
TOGETHER_S = 120


def all_at_once(jobs):
    """Runs the jobs on threads that start together; returns what they return, in order."""
    barrier, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def work(index, job):
        barrier.wait(TOGETHER_S)
        try:
            results[index] = job()
        except BaseException as error:  # the test sees it in the results
            results[index] = error

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TOGETHER_S)
    return results


class Load:
    """A context in which threads post purchases of a few users, each over its own connection.

    A purchase that is not answered 200 is posted again, as Stripe would, until `finish`.
    """

    def __init__(self, port, threads=8, users=5, retry=True):
        self.port, self.users, self.retry = port, users, retry
        self.taken = {}       # PaymentIntent id: the result that was answered with 200
        self.sent = set()     # every PaymentIntent id that was posted
        self.unanswered = []  # PaymentIntent ids whose last delivery got no answer
        self.open = {}        # events not answered with 200 yet
        self.unavailable = 0
        self.surprises = []   # all other answers
        self.lost_connections = 0
        self._guard = threading.Condition()
        self._finished = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(number,)) for number in range(threads)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.finish()

    def finish(self):
        """Stops the load and waits for the threads."""
        self._finished.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a client hangs"

    def wait_for(self, condition, what, timeout=120):
        """Waits until `condition` holds; checks it after every answer."""
        with self._guard:
            if not self._guard.wait_for(condition, timeout):
                raise AssertionError(f"did not come under load: {what}")

    def taken_now(self):
        return len(self.taken)

    def _work(self, number):
        connection, count = None, 0
        try:
            while not self._finished.is_set():
                event = purchase(f"user_{(number + count) % self.users}")
                count += 1
                connection = self._deliver(connection, event)
        finally:
            if connection:
                connection.close()

    def _deliver(self, connection, event):
        """Posts until the event is accepted or the load is over. Returns the connection if it is still usable."""
        intent = intent_id_of(event)
        with self._guard:
            self.sent.add(intent)
            self.open[intent] = event
        while True:
            try:
                connection = connection or Connection(self.port)
            except OSError:
                with self._guard:
                    self.lost_connections += 1
                    self._guard.notify_all()
                if self._finished.wait(0.05) or not self.retry:
                    return None
                continue
            try:
                connection.send(signed_request(event))
                answer = connection.read()
            except (NoAnswer, OSError):
                connection.close()
                connection = None
                answer = None
            if self._record(intent, answer):
                return self._kept(connection, answer)
            connection = self._kept(connection, answer)
            # An immediate refusal must not cause a tight loop.
            if self._finished.wait(0.02) or not self.retry:
                return connection

    @staticmethod
    def _kept(connection, answer):
        if connection and answer.closes:
            connection.close()
            return None
        return connection

    def _record(self, intent, answer):
        with self._guard:
            self._guard.notify_all()
            if answer is None:
                self.lost_connections += 1
                self.unanswered.append(intent)
                return False
            if answer.status == 200 and answer.json()["result"] in TAKEN:
                self.taken[intent] = answer.json()["result"]
                self.open.pop(intent, None)
                return True
            if answer.status == 503:
                self.unavailable += 1
            else:
                self.surprises.append(answer)
            return False
