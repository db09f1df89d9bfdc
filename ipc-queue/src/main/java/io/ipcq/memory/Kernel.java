// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import io.ipcq.Log;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * System calls that the JDK does not offer, by their number, on Linux (x86_64, aarch64).
 *
 * <p>They are made through {@code java.lang.foreign} from Java 22 on, and through jffi before. On other systems, with
 * {@code -Dipcq.native=off}, or where no call can be made, there are none, and callers do without.
 *
 * <p>Thread-safe. Loading takes a JVM that has just started some 50 ms. So a process loads it only for the first call
 * that it cannot do without.
 */
final class Kernel {

    /** {@code off} stops all native calls. */
    static final String PROPERTY = "ipcq.native";

    /** A system call with up to four arguments, each as wide as a register. */
    interface SystemCall {

        /** Returns what the kernel does, or -1 on failure. */
        long invoke(long number, long first, long second, long third, long fourth);

        long addressOf(ByteBuffer directBuffer);
    }

    private static @Nullable SystemCall loadedCall; // published by the next one
    private static volatile boolean loaded;

    private Kernel() {}

    /** Loads it if needed; null where there is none. */
    static @Nullable SystemCall call() {
        if (!loaded) {
            load();
        }
        return loadedCall;
    }

    /** Whether {@link #call} costs nothing any more. */
    static boolean isLoaded() {
        return loaded;
    }

    /** Address of a direct buffer, or 0 where no native call is made. */
    static long addressOf(ByteBuffer buffer) {
        SystemCall call = call();
        return call == null ? 0 : call.addressOf(buffer);
    }

    /** Number of each call in the kernel's table, which differs between processors. */
    static final class Numbers {

        static final long FUTEX = choose(202, 98);
        static final long OPENAT = choose(257, 56);
        static final long FCNTL = choose(72, 25);
        static final long CLOSE = choose(3, 57);
        static final long KILL = choose(62, 129);

        private Numbers() {}

        private static long choose(long amd64, long aarch64) {
            String machine = System.getProperty("os.arch");
            if (System.getProperty("os.name").equals("Linux")) {
                if (machine.equals("amd64")) {
                    return amd64;
                }
                if (machine.equals("aarch64")) {
                    return aarch64;
                }
            }
            throw new UnsupportedOperationException("no system calls here: os.arch=" + machine);
        }
    }

    /** Loads in a thread of its own: on a stack that is almost used up, loading would break classes for good. */
    private static synchronized void load() {
        if (loaded) {
            return;
        }
        Thread loader = new Thread(null, new Loader(), "ipcq-kernel");
        loader.setDaemon(true);
        loader.start();
        boolean interrupted = false;
        while (loader.isAlive()) {
            try {
                loader.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Loader implements Runnable {

        @Override
        public void run() {
            try {
                if (System.getProperty(PROPERTY, "on").equals("off")) {
                    say("no native calls: " + PROPERTY + "=off", null);
                    return;
                }
                JdkAccess.allowNativeCalls();
                SystemCall call = Runtime.version().feature() >= 22 ? new ForeignCall() : new JffiCall();
                requireWorking(call);
                loadedCall = call;
            } catch (Throwable e) {
                say("no native calls, because they cannot be made here", e);
            } finally {
                loaded = true;
            }
        }

        /**
         * Logs in a thread that nobody waits for. A log may lead through a queue, as that of a pool's worker does. It
         * may need a lock of the thread that waits for the loading.
         */
        private static void say(String message, @Nullable Throwable cause) {
            Thread speaker = new Thread(() -> log(message, cause), "ipcq-kernel-log");
            speaker.setDaemon(true);
            speaker.start();
        }

        private static void log(String message, @Nullable Throwable cause) {
            try {
                Log.of(Kernel.class).debug(message, cause);
            } catch (Throwable itsOwnFault) {
                // there is nobody to tell, as where the class loader was closed meanwhile
            }
        }

        private static void requireWorking(SystemCall call) {
            ByteBuffer word = ByteBuffer.allocateDirect(Long.BYTES);
            try {
                long woken = call.invoke(Numbers.FUTEX, call.addressOf(word), Futex.WAKE, 1, 0);
                if (woken != 0) {
                    throw new UnsupportedOperationException("futex is refused by the kernel: result=" + woken);
                }
            } finally {
                Reference.reachabilityFence(word);
            }
        }
    }
}
