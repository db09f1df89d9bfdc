// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.ring;

import io.ipcq.benchmarks.ProcessPair;
import io.ipcq.benchmarks.Scratch;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.SerializableBiConsumer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Messages a second: producers send without end, consumers count, and somebody else looks at the counts. */
final class Throughput {

    private static final long WARM_UP_MILLIS = 2_000;
    private static final long WATCH_MILLIS = 1_500;
    /** Of the in-process peer, in elements. */
    private static final int IN_PROCESS_CAPACITY = 65_536;

    private Throughput() {}

    /** Through a transport, between processes. */
    @SuppressWarnings("try") // what is open matters, not what it is called
    static double processes(Transport transport, Load load) throws Exception {
        try (Scratch scratch = new Scratch();
                AutoCloseable channel = transport.create(scratch.resolve("channel"))) {
            Gauge gauge = Gauge.create(scratch.resolve("gauge"));
            List<ChildProcess> children = new ArrayList<>();
            for (int i = 0; i < load.consumers(); i++) {
                int first = i * load.consumerThreads();
                children.add(child((place, gaugeFile) -> consume(transport, place, gaugeFile, first, load), scratch));
            }
            for (int i = 0; i < load.producers(); i++) {
                children.add(child((place, gaugeFile) -> produce(transport, place, load), scratch));
            }
            return watch(gauge, load, children);
        }
    }

    /** Through a queue of the JDK, between the threads of one process: the ceiling. */
    static double inProcess(Load load) throws Exception {
        try (Scratch scratch = new Scratch()) {
            Gauge gauge = Gauge.create(scratch.resolve("gauge"));
            ChildProcess child = child((place, gaugeFile) -> produceAndConsume(gaugeFile, load), scratch);
            return watch(gauge, load, List.of(child));
        }
    }

    private static ChildProcess child(SerializableBiConsumer<String, String> work, Scratch scratch) {
        return ChildProcess.builder(
                        work,
                        scratch.resolve("channel").toString(),
                        scratch.resolve("gauge").toString())
                .jvmOptions(ProcessPair.peerOptions())
                .build();
    }

    private static double watch(Gauge gauge, Load load, List<ChildProcess> children) throws Exception {
        try {
            for (ChildProcess child : children) {
                child.start();
            }
            return gauge.rate(load.allConsumers(), WARM_UP_MILLIS, WATCH_MILLIS);
        } finally {
            for (ChildProcess child : children) {
                child.kill();
            }
            for (ChildProcess child : children) {
                child.join();
                child.close();
            }
        }
    }

    private static void consume(Transport transport, String place, String gaugeFile, int first, Load load)
            throws Exception {
        Gauge gauge = Gauge.open(Path.of(gaugeFile));
        List<Work> work = new ArrayList<>();
        for (int i = 0; i < load.consumerThreads(); i++) {
            int number = first + i;
            work.add(() -> {
                Transport.Receiver receiver = transport.receiver(Path.of(place));
                Counter counter = new Counter(gauge, number);
                while (true) {
                    receiver.receive(counter);
                }
            });
        }
        runAll(work);
    }

    private static void produce(Transport transport, String place, Load load) throws Exception {
        List<Work> work = new ArrayList<>();
        for (int i = 0; i < load.producerThreads(); i++) {
            work.add(() -> {
                Transport.Sender sender = transport.sender(Path.of(place));
                byte[] message = new byte[load.messageBytes()];
                while (true) {
                    sender.send(message);
                }
            });
        }
        runAll(work);
    }

    private static void produceAndConsume(String gaugeFile, Load load) throws Exception {
        Gauge gauge = Gauge.open(Path.of(gaugeFile));
        BlockingQueue<byte[]> queue = new LinkedBlockingQueue<>(IN_PROCESS_CAPACITY);
        List<Work> work = new ArrayList<>();
        for (int i = 0; i < load.allConsumers(); i++) {
            Counter counter = new Counter(gauge, i);
            work.add(() -> {
                while (true) {
                    counter.handle(queue.take());
                }
            });
        }
        for (int i = 0; i < load.allProducers(); i++) {
            work.add(() -> {
                byte[] message = new byte[load.messageBytes()];
                while (true) {
                    queue.put(message.clone()); // as a message that is really new
                }
            });
        }
        runAll(work);
    }

    /** What a thread does until its process is killed. */
    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }

    private static void runAll(List<Work> work) throws Exception {
        for (Work each : work.subList(1, work.size())) {
            Thread thread = new Thread(() -> {
                try {
                    each.run();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            thread.start();
        }
        work.get(0).run();
    }

    private static final class Counter implements Transport.Handler {
        private final Gauge gauge;
        private final int number;
        private long count;

        Counter(Gauge gauge, int number) {
            this.gauge = gauge;
            this.number = number;
        }

        @Override
        public void handle(byte[] message) {
            gauge.set(number, ++count);
        }
    }
}
