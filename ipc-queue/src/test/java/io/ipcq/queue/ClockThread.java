// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.Patience.await;

import java.util.concurrent.TimeUnit;

/** The thread that keeps the time for those who ask often. */
final class ClockThread {

    private ClockThread() {}

    static boolean isThere() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("ipcq-clock"));
    }

    /** Nobody asks for it any more, so it ends; whoever asks for the time then has the system's. */
    static void awaitEnd() {
        await().until(() -> !isThere());
    }

    /** What is put or taken from now on is noted with a time of its own. */
    static void passOver() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(UseTimes.RESOLUTION_MILLIS + 1);
        awaitEnd();
    }
}
