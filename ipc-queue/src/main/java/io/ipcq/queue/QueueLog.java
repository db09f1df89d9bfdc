// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logger of queues, made when there is something to say: the first logger of a JVM opens every jar of the class path, to
 * look for a logging system, which takes longer than all else that opening a queue takes.
 */
final class QueueLog {

    private QueueLog() {}

    static Logger get() {
        return LoggerFactory.getLogger(SharedQueue.class);
    }
}
