// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.Members;
import io.ipcq.memory.RobustMutex;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets virtual threads wait in each call that blocks, more than there are carriers, and one more release them. */
final class VirtualThreadProgram {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final long PATIENCE_SECONDS = 60;
    private static final long TIME_TO_FALL_ASLEEP_MILLIS = 60;
    private static final int WAITING = 4;
    private static final int MAX_SIZE = 2;
    private static final String ELEMENT = "element";

    /** A call that waits in a queue of at most two elements, and what ends the waits. */
    enum Wait {
        GET(false) {
            @Override
            void await(SharedQueue<String> queue) throws InterruptedException {
                queue.get();
            }
        },
        GET_WITHIN(false) {
            @Override
            void await(SharedQueue<String> queue) throws InterruptedException {
                requireTrue(queue.get(LONG) != null);
            }
        },
        POLL_WITHIN(false) {
            @Override
            void await(SharedQueue<String> queue) throws InterruptedException {
                requireTrue(queue.poll(LONG.toSeconds(), TimeUnit.SECONDS) != null);
            }
        },
        CONSUME(false) {
            @Override
            void await(SharedQueue<String> queue) {
                queue.consume().iterator().next();
            }
        },
        RECEIVE(false) {
            @Override
            void await(SharedQueue<String> queue) throws InterruptedException {
                if (queue instanceof DurableQueue<String> durable) {
                    durable.receive().ack();
                } else {
                    queue.get();
                }
            }
        },
        PUT(true) {
            @Override
            void await(SharedQueue<String> queue) throws InterruptedException {
                queue.put(ELEMENT);
            }
        },
        PUT_WITHIN(true) {
            @Override
            void await(SharedQueue<String> queue) throws InterruptedException {
                requireTrue(queue.put(ELEMENT, LONG));
            }
        },
        PUT_ALL(true) {
            @Override
            void await(SharedQueue<String> queue) throws InterruptedException {
                queue.putAll(List.of(ELEMENT));
            }
        },
        JOIN(true) {
            @Override
            void await(SharedQueue<String> queue) throws InterruptedException {
                queue.join();
            }

            @Override
            void release(SharedQueue<String> queue, RobustMutex mutex) {
                finish(queue);
            }
        },
        JOIN_WITHIN(true) {
            @Override
            void await(SharedQueue<String> queue) throws InterruptedException {
                requireTrue(queue.join(LONG));
            }

            @Override
            void release(SharedQueue<String> queue, RobustMutex mutex) {
                finish(queue);
            }
        },
        /** For a mutex that another member holds. */
        SHUTDOWN(true) {
            @Override
            void await(SharedQueue<String> queue) {
                queue.shutdown();
            }

            @Override
            void prepare(RobustMutex mutex) {
                mutex.lock();
            }

            @Override
            void release(SharedQueue<String> queue, RobustMutex mutex) {
                mutex.unlock();
            }
        };

        private final boolean full;

        Wait(boolean full) {
            this.full = full;
        }

        abstract void await(SharedQueue<String> queue) throws InterruptedException;

        void prepare(RobustMutex mutex) {}

        void release(SharedQueue<String> queue, RobustMutex mutex) throws InterruptedException {
            for (int i = 0; i < WAITING; i++) {
                if (full) {
                    queue.get();
                } else {
                    queue.put(ELEMENT);
                }
            }
        }
    }

    private VirtualThreadProgram() {}

    private static void requireTrue(boolean condition) {
        if (!condition) {
            throw new AssertionError("timed out");
        }
    }

    private static void finish(SharedQueue<String> queue) {
        for (int i = 0; i < MAX_SIZE; i++) {
            queue.taskDone();
        }
    }

    public static void main(String[] args) throws Exception {
        FaultEngine engine = FaultEngine.valueOf(args[0]);
        for (Wait wait : Wait.values()) {
            Path directory = Path.of(args[1], wait.name());
            try (SharedQueue<String> queue = engine.create(directory, FaultOperation.OFFER_TO_FULL);
                    Holder holder = Holder.open(engine, directory)) {
                run(wait, queue, holder.mutex());
            }
        }
        getEach(engine, Path.of(args[1], "many"), Integer.parseInt(args[2]));
        System.out.println("done");
    }

    /** One element after the other, for many who wait at once. */
    private static void getEach(FaultEngine engine, Path directory, int waiting) throws Exception {
        try (SharedQueue<String> queue = engine.create(directory, FaultOperation.OFFER)) {
            CountDownLatch ended = new CountDownLatch(waiting + 1);
            for (int i = 0; i < waiting; i++) {
                startVirtual(ended, queue::get);
            }
            Thread.sleep(TIME_TO_FALL_ASLEEP_MILLIS);
            startVirtual(ended, () -> {
                for (int i = 0; i < waiting; i++) {
                    queue.put(ELEMENT);
                }
            });
            awaitEnd("many", ended);
        }
    }

    private static void run(Wait wait, SharedQueue<String> queue, RobustMutex mutex) throws Exception {
        if (wait.full) {
            queue.putAll(Collections.nCopies(MAX_SIZE, ELEMENT));
        }
        wait.prepare(mutex);
        CountDownLatch ended = new CountDownLatch(WAITING + 1);
        for (int i = 0; i < WAITING; i++) {
            startVirtual(ended, () -> wait.await(queue));
        }
        Thread.sleep(TIME_TO_FALL_ASLEEP_MILLIS);
        startVirtual(ended, () -> wait.release(queue, mutex));
        awaitEnd(wait.name(), ended);
    }

    private static void awaitEnd(String what, CountDownLatch ended) throws InterruptedException {
        if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            System.out.println(what + " hangs: left=" + ended.getCount());
            Runtime.getRuntime().halt(1);
        }
    }

    /** An action of a thread. */
    private interface Action {
        void run() throws Exception;
    }

    private static void startVirtual(CountDownLatch ended, Action action) throws ReflectiveOperationException {
        Runnable work = () -> {
            try {
                action.run();
                ended.countDown();
            } catch (Throwable e) {
                e.printStackTrace(System.out);
            }
        };
        Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
    }

    /** Another member of a queue, and the mutex that shutting it down takes. */
    private record Holder(Members members, RobustMutex mutex) implements AutoCloseable {

        static Holder open(FaultEngine engine, Path directory) throws IOException {
            String codecId = Codec.utf8().id();
            return engine == FaultEngine.RING
                    ? new RingFiles(directory)
                            .open(codecId, hold -> of(hold.control().region(), RingLayout.MUTEX, hold.members()))
                    : new JournalFiles(directory)
                            .open(
                                    codecId,
                                    hold -> of(hold.control().region(), JournalLayout.PRODUCER_MUTEX, hold.members()));
        }

        private static Holder of(MappedRegion region, long offset, Members members) {
            return new Holder(members, new RobustMutex(region, offset, members));
        }

        @Override
        public void close() {
            members.close();
        }
    }
}
