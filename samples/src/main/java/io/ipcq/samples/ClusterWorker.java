// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import io.ipcq.pool.ProcessPool;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueShutdownException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Question: how does a worker among many, on many machines, stop without failing what it has begun?
 *
 * <p>It takes orders from the queue at the address that the environment names, and has each worked on by a process of
 * its pool. At SIGTERM it finishes what it works on, gives back what it has not begun, without counting an attempt, and
 * ends.
 *
 * <p>Command: {@code ORDERS=kafka://broker:9092/orders java -cp ... io.ipcq.samples.ClusterWorker};
 * samples/kubernetes/worker.yaml runs three of them.
 *
 * <p>Expected output, with {@code tea} in the queue and SIGTERM while it is worked on:
 *
 * <pre>
 * takes orders
 * begins tea
 * has packed tea
 * ends
 * </pre>
 */
public final class ClusterWorker {

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final long PACKING_MILLIS = Long.getLong("packing.millis", 500);

    private ClusterWorker() {}

    public static void main(String[] args) throws Exception {
        URI address = URI.create(System.getenv("ORDERS"));
        AtomicBoolean ending = new AtomicBoolean();
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitEnd(ending, ended), "graceful end"));
        try (DurableQueue<String> orders = DurableQueue.openOrCreate(address, String.class);
                ProcessPool pool =
                        ProcessPool.builder().workers(1).endAtExit(false).create()) {
            System.out.println("takes orders");
            while (!ending.get()) {
                Delivery<String> order = orders.receive(LOOK);
                if (order != null && ending.get()) {
                    order.release();
                } else if (order != null) {
                    System.out.println("begins " + order.value());
                    System.out.println("has packed " + pool.apply(ClusterWorker::pack, order.value()));
                    order.ack();
                }
            }
            System.out.println("ends");
        } catch (QueueShutdownException drained) {
            System.out.println("there are no more orders");
        } finally {
            ended.countDown();
        }
    }

    /** The JVM ends when its hooks have; who has sent the signal decides how long that may take. */
    private static void awaitEnd(AtomicBoolean ending, CountDownLatch ended) {
        ending.set(true);
        try {
            ended.await();
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    static String pack(String order) throws InterruptedException {
        Thread.sleep(PACKING_MILLIS);
        return order;
    }
}
