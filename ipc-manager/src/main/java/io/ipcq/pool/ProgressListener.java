// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

/** Is told whenever a task has ended. Called by several threads, in no order; has to be thread-safe, and quick. */
@FunctionalInterface
public interface ProgressListener {

    /** Is called when a task has ended, with how far the pool is by then. */
    void onProgress(Progress progress);
}
