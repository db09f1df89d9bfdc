// SPDX-License-Identifier: Apache-2.0
package io.ipcq.metrics;

import java.util.List;

/**
 * A pool as JMX shows it: {@code io.ipcq:type=Pool,name="..."}.
 *
 * <p>Thread-safe. Process-safe: it concerns the pool's own process. Survives a crash of any worker.
 */
public interface PoolMXBean {

    /** Places for workers. */
    long getWorkers();

    /** Workers that have started. */
    long getReady();

    /** Workers that have a task. */
    long getBusy();

    /** Tasks that have not begun. */
    long getWaiting();

    /** Tasks submitted so far. */
    long getSubmitted();

    /** Tasks that ended well. */
    long getSucceeded();

    /** Tasks that failed, in whatever way. */
    long getFailed();

    /** Tasks that were cancelled. */
    long getCancelled();

    /** How often a worker ended while it had a task. */
    long getCrashes();

    /** JVMs started for workers. */
    long getStarted();

    /** Why it does not go on, a sentence for each reason. May contain hostile text, such as names of functions. */
    List<String> getStalls();

    /** Resident memory of the workers; -1 if this system does not say. */
    long getMemoryBytes();
}
