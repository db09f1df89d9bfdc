// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time of day for who asks so often that the system's clock would cost too much: at most a quarter of a second
 * late, or as much later as the machine has no processor for its thread.
 *
 * <p>Thread-safe. It concerns this process only.
 */
public final class CoarseClock {

    /*
     * Idea
     *   To ask the system takes some 25 ns, a put into a ring some 60. So a thread keeps the time in a field, four
     *   times a second. After two seconds it empties the field. Who finds none there asks the system, and who has
     *   done so 64 times asks the thread for two more seconds. So a process that seldom asks has exact times and
     *   no thread, and one that asks often asks the system for few of its calls. The thread ends when nobody has
     *   asked for a second: an idle process has none, and nothing wakes it up.
     *
     * Errors
     *   Where there can be no thread, the system is asked. `millis` calls nothing that can fail, and the class has
     *   nothing to initialise that could.
     */

    /** How late the time may be. */
    public static final long PERIOD_MILLIS = 250;

    /** So often the system is asked before a thread is. */
    static final int READS = 64;

    /** Once there could be no thread, so often the system is asked before another attempt. */
    private static final int ATTEMPTS_APART = 100_000_000;

    static final String THREAD = "ipcq-clock";

    /** So often the time is kept before somebody has to ask again. */
    private static final int PERIODS = 8;

    private static final long LINGER_NANOS = 1_000_000_000;

    /** 0 stands for none: ask the system. Plain, for a volatile would cost those who ask a reload of all they know. */
    private static long kept;

    private static int reads; // a hint: two who count at once count as one
    private static boolean asked; // guarded by the class, as is the next one
    private static @Nullable Thread keeper;

    private CoarseClock() {}

    /** Milliseconds since 1970, as {@link System#currentTimeMillis} has them, or had a moment ago. */
    public static long millis() {
        long time = kept;
        return time != 0 ? time : System.currentTimeMillis();
    }

    /** The same, and {@link #prepare}. */
    public static long millisAndPrepare() {
        long time = kept;
        return time != 0 ? time : prepared();
    }

    private static long prepared() {
        prepare();
        return System.currentTimeMillis();
    }

    /** For who is about to ask for the time, and would not call much while it does. */
    public static void prepare() {
        if (kept == 0 && ++reads >= READS) {
            reads = 0;
            askThread();
        }
    }

    private static void askThread() {
        try {
            askOrStart();
        } catch (Throwable e) {
            // there is no memory, stack or thread for it: each attempt may cost a line of the JVM on the output
            reads = READS - ATTEMPTS_APART;
        }
    }

    private static synchronized void askOrStart() {
        asked = true;
        if (keeper != null && keeper.isAlive()) {
            CoarseClock.class.notifyAll();
        } else {
            Thread thread = LastingThread.make(CoarseClock::run, THREAD);
            thread.setDaemon(true);
            thread.start();
            keeper = thread;
        }
    }

    private static void run() {
        try {
            while (isAsked()) {
                for (int period = 0; period < PERIODS; period++) {
                    kept = System.currentTimeMillis();
                    Thread.sleep(PERIOD_MILLIS);
                }
                kept = 0; // whoever asks now shows that somebody still does
            }
        } catch (InterruptedException e) {
            // nobody has a reason to; who asks next starts another one
        } finally {
            kept = 0;
        }
    }

    /** False if nobody has asked for a while, and the thread is to end. */
    private static synchronized boolean isAsked() throws InterruptedException {
        long deadline = Deadline.in(LINGER_NANOS);
        while (!asked && !Deadline.hasPassed(deadline)) {
            TimeUnit.NANOSECONDS.timedWait(CoarseClock.class, Deadline.remainingNanos(deadline));
        }
        boolean goesOn = asked;
        asked = false;
        if (!goesOn) {
            keeper = null;
        }
        return goesOn;
    }
}
