// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.ring;

import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Queues between threads of one JVM, under JMH: what an operation costs where no process boundary is crossed.
 * benchmarks/README.md has the command.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class QueueJmh {

    /** A queue, and what is sent through it. */
    @State(Scope.Group)
    public static class Channel {

        private static final int ELEMENTS = 8_192;

        @Param({"ring", "linked", "array", "durable"})
        @SuppressWarnings("NullAway.Init") // JMH
        public String engine;

        @Param({"16", "100", "1024"})
        public int bytes;

        @SuppressWarnings("NullAway.Init") // by setUp
        private BlockingQueue<byte[]> queue;

        private byte[] message = {};

        @Setup
        public void setUp() throws IOException {
            message = new byte[bytes];
            queue = switch (engine) {
                case "ring" ->
                    SharedQueue.builder(byte[].class).maxSize(ELEMENTS).create();
                case "durable" ->
                    DurableQueue.builder(byte[].class).maxSize(ELEMENTS).create();
                case "array" -> new ArrayBlockingQueue<>(ELEMENTS);
                default -> new LinkedBlockingQueue<>(ELEMENTS);
            };
        }

        @TearDown
        public void tearDown() {
            if (queue instanceof SharedQueue<byte[]> shared) {
                shared.close();
            }
        }
    }

    /** One thread puts and gets. */
    @Benchmark
    @Group("alternate")
    public byte @Nullable [] alternate(Channel channel) {
        channel.queue.offer(channel.message);
        return channel.queue.poll();
    }

    /** One thread puts, the other gets. */
    @Benchmark
    @Group("pair")
    public boolean put(Channel channel) throws InterruptedException {
        return channel.queue.offer(channel.message, 1, TimeUnit.MILLISECONDS);
    }

    /** The other side of {@link #put}. */
    @Benchmark
    @Group("pair")
    public byte @Nullable [] get(Channel channel) throws InterruptedException {
        return channel.queue.poll(1, TimeUnit.MILLISECONDS);
    }
}
