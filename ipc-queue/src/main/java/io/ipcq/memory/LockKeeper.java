// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.io.UncheckedIOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A thread that looks after the pairs of locks of this JVM until they are secured, if they can be. */
final class LockKeeper {

    /*
     * Loading native calls takes a JVM that has just started longer than everything else that opens a queue. Many JVMs
     * end within a second. Others load native calls earlier, because they wait for something. So a pair that was taken
     * before gets its second lock a second later. A pair that cannot have it is watched until it is closed.
     *
     * The thread ends when it has nothing to do, so that it does not keep a class loader alive.
     */

    private static final long PAUSE_MILLIS = 1_000;

    // all guarded by the class
    private static final Set<LockPair> TAKEN = new LinkedHashSet<>();
    private static final Set<LockPair> UNSECURED = new LinkedHashSet<>();
    private static @Nullable Thread keeper;

    private LockKeeper() {}

    /** Secures a pair at once if native calls are loaded, else soon. */
    static void keep(LockPair pair) {
        synchronized (LockKeeper.class) {
            TAKEN.add(pair);
        }
        if (Kernel.isLoaded()) {
            secureAll();
        } else {
            runIfNeeded();
        }
    }

    static void secureAll() {
        forEach(TAKEN, pair -> {
            boolean secured = pair.secure();
            synchronized (LockKeeper.class) {
                if (TAKEN.remove(pair) && !secured) {
                    UNSECURED.add(pair);
                    LockKeeper.class.notifyAll();
                }
            }
        });
        runIfNeeded();
    }

    /** A pair whose file is gone or cut short does not keep the other pairs from their answers. */
    private static void forEach(Set<LockPair> pairs, Consumer<LockPair> action) {
        for (LockPair pair : copy(pairs)) {
            try {
                action.accept(pair);
            } catch (UncheckedIOException | InternalError e) {
                forget(pair);
            }
        }
    }

    static synchronized void forget(LockPair pair) {
        if ((TAKEN.remove(pair) || UNSECURED.remove(pair)) && isIdle()) {
            LockKeeper.class.notifyAll();
        }
    }

    private static boolean isIdle() {
        return TAKEN.isEmpty() && UNSECURED.isEmpty();
    }

    private static synchronized List<LockPair> copy(Set<LockPair> pairs) {
        return List.copyOf(pairs);
    }

    private static synchronized void runIfNeeded() {
        boolean running = keeper != null && keeper.isAlive(); // an Error may have ended it
        if (!running && !isIdle()) {
            Thread thread = LastingThread.make(LockKeeper::run, "ipcq-lock-keeper");
            thread.setDaemon(true);
            thread.start();
            keeper = thread;
        }
    }

    private static void run() {
        try {
            long start = System.nanoTime();
            while (pause()) {
                if (System.nanoTime() - start >= PAUSE_MILLIS * 1_000_000 || Kernel.isLoaded()) {
                    secureAll();
                }
                forEach(UNSECURED, LockPair::answer);
            }
        } catch (LinkageError closed) {
            forgetAll(); // the program ends, and its class loader with it: nobody is told, and nothing can be done
        } finally {
            end();
        }
    }

    private static synchronized void forgetAll() {
        TAKEN.clear();
        UNSECURED.clear();
    }

    /** False if there is nothing to do any more. */
    private static synchronized boolean pause() {
        try {
            if (!isIdle()) {
                LockKeeper.class.wait(UNSECURED.isEmpty() ? PAUSE_MILLIS : LockPair.ROUND_MILLIS);
            }
        } catch (InterruptedException e) {
            // nobody has a reason to interrupt this thread, and it has none to stop
        }
        return !isIdle();
    }

    /** Ends the thread, and starts another one for a pair that came in the meantime. */
    private static synchronized void end() {
        keeper = null;
        runIfNeeded();
    }
}
