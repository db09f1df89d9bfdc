// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.brokers.Brokers;
import io.ipcq.pool.ProcessPool;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.QueueStorageException;
import io.ipcq.queue.SharedQueue;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Question: what becomes of orders in a cluster, when a worker and then a broker are killed?
 *
 * <p>Three Kafka brokers are children on loopback. A process puts orders into a queue over them; three others receive
 * them, and have each worked on by a pool of processes. What a killed worker had comes again; what a killed broker had,
 * the others have, too.
 *
 * <p>Command: {@code ./ipcq demo cluster}
 *
 * <p>Expected output; which orders came twice, or none, depends on the moment:
 *
 * <pre>
 * Three brokers are up.
 * A worker is killed, with the orders that it works on.
 * A broker is killed.
 * All 60 orders were worked on.
 * Worked on twice: [13, 14]
 * </pre>
 */
final class ClusterDemo {

    private static final int ORDERS = 60;
    private static final int WORKERS = 3;
    private static final int AT_A_TIME = 2;
    private static final long PAUSE_MILLIS = 100;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** So that the others need not wait for long until they take a broker for dead. */
    private static final Map<String, String> SETTINGS = Map.of("broker.session.timeout.ms", "6000");

    private ClusterDemo() {}

    public static void main(String[] args) throws Exception {
        try (Brokers brokers = Brokers.start(3, Brokers.classPathOfCommand(), SETTINGS)) {
            System.out.println("Three brokers are up.");
            URI address = brokers.queue("orders");
            try (DurableQueue<Integer> orders = DurableQueue.openOrCreate(address, Integer.class);
                    SharedQueue<Integer> worked = SharedQueue.create(Integer.class)) {
                run(brokers, orders, worked);
            }
        }
    }

    private static void run(Brokers brokers, DurableQueue<Integer> orders, SharedQueue<Integer> worked)
            throws Exception {
        List<ChildProcess> workers = new ArrayList<>();
        Map<Integer, Integer> times = new TreeMap<>();
        try (ChildProcess producer = new ChildProcess(ClusterDemo::produce, orders)) {
            for (int i = 0; i < WORKERS; i++) {
                ChildProcess worker = new ChildProcess(ClusterDemo::work, orders, worked);
                workers.add(worker);
                worker.start();
            }
            producer.start();
            await(worked, times, ORDERS / 4);
            System.out.println("A worker is killed, with the orders that it works on.");
            workers.get(0).kill();
            await(worked, times, ORDERS / 2);
            System.out.println("A broker is killed.");
            brokers.kill(0);
            await(worked, times, ORDERS);
            producer.joinOrThrow();
            orders.shutdown();
            for (ChildProcess worker : workers.subList(1, WORKERS)) {
                worker.joinOrThrow();
            }
        } finally {
            workers.forEach(ChildProcess::close);
        }
        for (Integer order = worked.getNow(); order != null; order = worked.getNow()) {
            times.merge(order, 1, Integer::sum);
        }
        System.out.println("All " + times.size() + " orders were worked on.");
        TreeSet<Integer> twice = new TreeSet<>(times.keySet());
        twice.removeIf(order -> times.getOrDefault(order, 0) < 2);
        System.out.println("Worked on twice: " + (twice.isEmpty() ? "none" : twice));
    }

    /** Until so many different ones were worked on. */
    private static void await(SharedQueue<Integer> worked, Map<Integer, Integer> times, int count)
            throws InterruptedException {
        while (times.size() < count) {
            Integer order = worked.get(PATIENCE);
            if (order == null) {
                throw new IllegalStateException("nothing goes on: worked on=" + times.size() + " of " + ORDERS);
            }
            times.merge(order, 1, Integer::sum);
        }
    }

    static void produce(DurableQueue<Integer> orders) throws InterruptedException {
        for (int order = 1; order <= ORDERS; order++) {
            putOne(orders, order);
            Thread.sleep(PAUSE_MILLIS / 2);
        }
    }

    /** An order whose put has failed may be there all the same; then it is worked on twice. */
    private static void putOne(DurableQueue<Integer> orders, int order) throws InterruptedException {
        while (true) {
            try {
                orders.put(order);
                return;
            } catch (QueueStorageException e) {
                Thread.sleep(PAUSE_MILLIS); // brokers are gone: enough of them answer soon
            }
        }
    }

    /** Takes in as many threads as its pool has processes. */
    static void work(DurableQueue<Integer> orders, SharedQueue<Integer> worked) throws Exception {
        try (ProcessPool pool = ProcessPool.builder().workers(AT_A_TIME).create()) {
            List<Thread> threads = new ArrayList<>();
            List<Throwable> failures = new ArrayList<>();
            for (int i = 0; i < AT_A_TIME; i++) {
                Thread thread = new Thread(() -> take(orders, worked, pool, failures), "taker-" + i);
                threads.add(thread);
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            synchronized (failures) {
                if (!failures.isEmpty()) {
                    throw new IllegalStateException("the worker has failed", failures.get(0));
                }
            }
        }
    }

    private static void take(
            DurableQueue<Integer> orders, SharedQueue<Integer> worked, ProcessPool pool, List<Throwable> failures) {
        try {
            while (takeOne(orders, worked, pool)) {
                // until there are no more
            }
        } catch (Throwable e) {
            synchronized (failures) {
                failures.add(e);
            }
        }
    }

    /** False if there are no more. */
    private static boolean takeOne(DurableQueue<Integer> orders, SharedQueue<Integer> worked, ProcessPool pool)
            throws InterruptedException {
        try {
            Delivery<Integer> order = orders.receive();
            worked.put(pool.apply(ClusterDemo::pack, order.value()));
            order.ack();
        } catch (QueueShutdownException drained) {
            return false;
        } catch (QueueStorageException e) {
            // a broker is gone: the others answer soon, and what was not settled comes again
            Thread.sleep(PAUSE_MILLIS);
        }
        return true;
    }

    static int pack(int order) throws InterruptedException {
        Thread.sleep(PAUSE_MILLIS);
        return order;
    }
}
