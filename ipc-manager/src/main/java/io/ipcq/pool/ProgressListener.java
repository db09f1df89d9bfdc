// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

/**
 * A listener that is called whenever a task has ended. Several threads call it, in no order. It has to be thread-safe
 * and quick.
 */
@FunctionalInterface
public interface ProgressListener {

    /** Called when a task has ended, with the progress of the pool at that time. */
    void onProgress(Progress progress);
}
