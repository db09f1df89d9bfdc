// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.manager.wire.Operation.OfLock;
import io.ipcq.manager.wire.WireTime;
import java.time.Duration;
import java.util.Date;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * A reentrant lock between processes. It belongs to the thread that took it. It is free when that thread's process ends
 * or dies; what it protects may then be half done.
 *
 * <p>Thread-safe. Process-safe: what arrives in a child or a pool worker is the same one. Lives while a process holds
 * it.
 */
public final class SharedLock extends Proxy implements Lock {

    private static final long serialVersionUID = 1L;

    private static final String PROCESS = ProcessHandle.current().pid() + "/";

    SharedLock(Reference reference) {
        super(reference, null);
    }

    /** What the manager knows this thread by. It contains the process number, for people who look at the locks. */
    static String owner() {
        return PROCESS + Thread.currentThread().getId();
    }

    @Override
    public void lock() {
        reference.callForLong(OfLock.LOCK, owner(), null);
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        reference.await(null, OfLock.LOCK, owner(), null);
    }

    @Override
    public boolean tryLock() {
        return reference.flag(OfLock.LOCK, owner(), 0);
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        return tryLock(Duration.ofNanos(unit.toNanos(time)));
    }

    /** Waits at most so long for the lock; says whether it got it. */
    public boolean tryLock(Duration timeout) throws InterruptedException {
        Long millis = WireTime.millis(timeout);
        return Boolean.TRUE.equals(reference.await(millis, OfLock.LOCK, owner(), millis));
    }

    @Override
    public void unlock() {
        monitor(OfLock.UNLOCK, owner());
    }

    /** Whether any thread of any process holds it. */
    public boolean isLocked() {
        return reference.flag(OfLock.IS_LOCKED);
    }

    /**
     * A new condition for the threads of this process. Threads of other processes reach only a condition that has a
     * name.
     */
    @Override
    public Condition newCondition() {
        return condition(UUID.randomUUID().toString());
    }

    /** A condition of this lock, the same for all processes that give it this name, of at most 100 characters. */
    public Condition condition(String name) {
        return new Named(name);
    }

    private void monitor(OfLock operation, Object... arguments) {
        try {
            reference.call(operation, arguments);
        } catch (IllegalStateException e) {
            throw illegal(e);
        }
    }

    private static IllegalMonitorStateException illegal(IllegalStateException e) {
        return new IllegalMonitorStateException(e.getMessage());
    }

    private final class Named implements Condition {

        private final String name;

        Named(String name) {
            this.name = name;
        }

        private boolean sleep(@Nullable Object millis) throws InterruptedException {
            try {
                // when its time is up it still has to wait for the lock, however long that takes
                boolean signalled = Boolean.TRUE.equals(reference.await(null, OfLock.AWAIT, owner(), name, millis));
                if (!signalled && Thread.interrupted()) {
                    throw new InterruptedException();
                }
                return signalled;
            } catch (IllegalStateException e) {
                throw illegal(e);
            }
        }

        @Override
        public void await() throws InterruptedException {
            sleep(null);
        }

        @Override
        public void awaitUninterruptibly() {
            try {
                reference.callForLong(OfLock.AWAIT, owner(), name, null);
            } catch (IllegalStateException e) {
                throw illegal(e);
            }
        }

        @Override
        public long awaitNanos(long nanos) throws InterruptedException {
            long deadline = System.nanoTime() + nanos;
            sleep(WireTime.millis(Duration.ofNanos(nanos)));
            return deadline - System.nanoTime();
        }

        @Override
        public boolean await(long time, TimeUnit unit) throws InterruptedException {
            return sleep(WireTime.millis(Duration.ofNanos(unit.toNanos(time))));
        }

        @Override
        @SuppressWarnings("JavaUtilDate") // the JDK's interface
        public boolean awaitUntil(Date deadline) throws InterruptedException {
            return sleep(Math.max(0, deadline.getTime() - System.currentTimeMillis()));
        }

        @Override
        public void signal() {
            monitor(OfLock.SIGNAL, owner(), name);
        }

        @Override
        public void signalAll() {
            monitor(OfLock.SIGNAL_ALL, owner(), name);
        }
    }
}
