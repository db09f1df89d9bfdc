// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.Log;

/** The log of all queues, under the name of the type that users know. What lies below that type need not know it. */
final class QueueLog {

    private static final String NAME = "io.ipcq.queue.SharedQueue";

    private QueueLog() {}

    static Log get() {
        return Log.named(NAME);
    }
}
