// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import io.ipcq.pool.ProcessPool;
import io.ipcq.queue.SharedQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Question: what becomes of a job when one of its workers is killed in the middle of it?
 *
 * <p>Its task is run again, because retries were asked for; the worker is replaced; no other task notices.
 *
 * <p>Command: {@code ./ipcq demo crash}
 *
 * <p>Expected output:
 *
 * <pre>
 * A worker is at work on parcel 0 and is killed.
 * All 10 parcels were delivered.
 * Workers that crashed: 1
 * </pre>
 */
public final class Sample08CrashProofPool {

    private static final int PARCELS = 10;
    private static final int PAUSE_MILLIS = 100;

    private Sample08CrashProofPool() {}

    public static void main(String[] args) throws Exception {
        try (ProcessPool pool = ProcessPool.builder().workers(2).retries(2).create();
                SharedQueue<Long> atWork = SharedQueue.create(Long.class)) {
            List<CompletableFuture<Integer>> parcels = new ArrayList<>();
            for (int i = 0; i < PARCELS; i++) {
                parcels.add(pool.applyAsync(Sample08CrashProofPool::deliver, i, atWork));
            }
            // also if no worker ever comes to be at work: then the loop ends, and get says why
            var unused = parcels.get(0).whenComplete((delivered, failure) -> atWork.shutdown());
            for (long worker : atWork.consume()) {
                atWork.shutdown(); // the next one that has parcel 0 delivers it
                System.out.println("A worker is at work on parcel 0 and is killed.");
                ProcessHandle.of(worker).ifPresent(ProcessHandle::destroyForcibly);
            }
            for (int i = 0; i < PARCELS; i++) {
                if (parcels.get(i).get() != i) {
                    throw new IllegalStateException("parcel went astray: number=" + i);
                }
            }
            System.out.println("All " + PARCELS + " parcels were delivered.");
            System.out.println("Workers that crashed: " + pool.stats().crashes());
        }
    }

    static int deliver(int parcel, SharedQueue<Long> atWork) throws InterruptedException {
        if (parcel == 0 && !atWork.isShutdown()) {
            atWork.put(ProcessHandle.current().pid());
            Thread.sleep(Long.MAX_VALUE); // until it is killed
        }
        Thread.sleep(PAUSE_MILLIS);
        return parcel;
    }
}
