// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.queue.SharedQueue;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** What a worker is given at its start. */
@SuppressWarnings("ArrayRecordComponent") // nobody compares two
record WorkerSetup(
        SharedQueue<byte[]> tasks,
        SharedQueue<byte[]> results,
        SharedQueue<byte[]> control,
        byte @Nullable [] initializer,
        System.Logger.Level logLevel)
        implements Serializable {}
