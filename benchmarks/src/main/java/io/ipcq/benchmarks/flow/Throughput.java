// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.flow;

import io.ipcq.benchmarks.Messages;
import io.ipcq.benchmarks.ProcessPair;
import io.ipcq.benchmarks.Rounds.Better;
import io.ipcq.benchmarks.Rounds.Pair;
import io.ipcq.benchmarks.Scratch;
import io.ipcq.benchmarks.Turns;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.SerializableBiConsumer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Messages a second: producers send without end, consumers count, and somebody else looks at the counts. */
@SuppressWarnings("try") // what a peer does to close its channel may throw anything
public final class Throughput {

    private static final long WARM_UP_MILLIS = 2_000;

    /** As many messages of 100 bytes as it takes to have batches compiled; and how long that may take. */
    private static final long WARM_UP_BYTES = 100L * Messages.WARM_UP;

    private static final long MOST_WARM_UP_MILLIS = 15_000;
    private static final long WATCH_MILLIS = 1_500;
    /** After a pause, until caches are as they were. */
    private static final long SETTLE_MILLIS = 20;

    private static final int TURNS = 8;
    /** Of the in-process peer, in elements. */
    private static final int IN_PROCESS_CAPACITY = 65_536;

    private Throughput() {}

    /** Through a channel, between processes. */
    public static double processes(Channel channel, Load load) throws Exception {
        try (Flow flow = Flow.start(channel, load)) {
            return flow.rate(WARM_UP_MILLIS, WATCH_MILLIS);
        }
    }

    /** Through two channels, in turns. */
    public static Pair inTurns(Channel ours, Channel theirs, Load load) throws Exception {
        try (Flow our = Flow.start(ours, load)) {
            our.warmUp();
            Turns.stop(our.processes());
            try (Flow their = Flow.start(theirs, load)) {
                their.warmUp();
                Turns.stop(their.processes());
                List<Pair> pairs = new ArrayList<>();
                for (int i = 0; i < TURNS; i++) {
                    pairs.add(Pair.of(Better.HIGHER, turn(our), turn(their)));
                }
                return Pair.median(pairs);
            }
        }
    }

    private static double turn(Flow flow) throws Exception {
        Turns.resume(flow.processes());
        double rate = flow.rate(SETTLE_MILLIS, Turns.MILLIS);
        Turns.requireAlive(flow.processes());
        Turns.stop(flow.processes());
        return rate;
    }

    /** Through a queue of the JDK, between the threads of one process: the ceiling. */
    public static double inProcess(Load load) throws Exception {
        try (Flow flow = Flow.startInProcess(load)) {
            return flow.rate(WARM_UP_MILLIS, WATCH_MILLIS);
        }
    }

    /** Processes between which messages flow until they are killed. */
    private static final class Flow implements AutoCloseable {

        private final Load load;
        private final Scratch scratch;
        private final Gauge gauge;
        private final List<ChildProcess> children = new ArrayList<>();
        private AutoCloseable open = () -> {};

        private Flow(Load load, Scratch scratch) throws Exception {
            this.load = load;
            this.scratch = scratch;
            this.gauge = Gauge.create(scratch.resolve("gauge"));
        }

        static Flow start(Channel channel, Load load) throws Exception {
            Flow flow = new Flow(load, channel.scratch());
            flow.open = channel.create(flow.scratch.resolve("channel"));
            for (int i = 0; i < load.consumers(); i++) {
                int first = i * load.consumerThreads();
                flow.add((place, gaugeFile) -> consume(channel, place, gaugeFile, first, load));
            }
            for (int i = 0; i < load.producers(); i++) {
                flow.add((place, gaugeFile) -> produce(channel, place, load));
            }
            return flow;
        }

        static Flow startInProcess(Load load) throws Exception {
            Flow flow = new Flow(load, new Scratch());
            flow.add((place, gaugeFile) -> produceAndConsume(gaugeFile, load));
            return flow;
        }

        private void add(SerializableBiConsumer<String, String> work) throws IOException {
            ChildProcess child = ChildProcess.builder(
                            work,
                            scratch.resolve("channel").toString(),
                            scratch.resolve("gauge").toString())
                    .jvmOptions(ProcessPair.peerOptions())
                    .build();
            children.add(child);
            child.start();
        }

        List<ChildProcess> processes() {
            return children;
        }

        void warmUp() throws InterruptedException {
            long began = System.nanoTime();
            double unused = rate(WARM_UP_MILLIS, 1);
            while (gauge.sum(load.allConsumers()) * load.messageBytes() < WARM_UP_BYTES
                    && System.nanoTime() - began < TimeUnit.MILLISECONDS.toNanos(MOST_WARM_UP_MILLIS)) {
                Thread.sleep(SETTLE_MILLIS);
            }
        }

        double rate(long warmUpMillis, long watchMillis) throws InterruptedException {
            return gauge.rate(load.allConsumers(), warmUpMillis, watchMillis);
        }

        @Override
        public void close() throws Exception {
            for (ChildProcess child : children) {
                child.kill();
            }
            for (ChildProcess child : children) {
                child.join();
                child.close();
            }
            open.close();
            scratch.close();
        }
    }

    private static void consume(Channel channel, String place, String gaugeFile, int first, Load load)
            throws Exception {
        Gauge gauge = Gauge.open(Path.of(gaugeFile));
        List<Work> work = new ArrayList<>();
        for (int i = 0; i < load.consumerThreads(); i++) {
            int number = first + i;
            work.add(() -> {
                Channel.Receiver receiver = channel.receiver(Path.of(place));
                Counter counter = new Counter(gauge, number);
                while (true) {
                    receiver.receive(counter);
                }
            });
        }
        runAll(work);
    }

    private static void produce(Channel channel, String place, Load load) throws Exception {
        List<Work> work = new ArrayList<>();
        for (int i = 0; i < load.producerThreads(); i++) {
            work.add(() -> {
                Channel.Sender sender = channel.sender(Path.of(place));
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

    private static final class Counter implements Channel.Handler {
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
