// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of queues. Its logger is looked up when there is something to say: the first logger of a JVM opens every jar of the class
 * path, to look for a logging system, which takes longer than all else that opening a queue takes. Where that fails, or a logging
 * system does, no queue fails for it.
 */
final class QueueLog {

    private QueueLog() {}

    static void warn(String message, Object... arguments) {
        try {
            logger().warn(message, arguments);
        } catch (Throwable itsOwnFault) {
            // there is nobody to tell
        }
    }

    static void debug(String message, Object... arguments) {
        try {
            logger().debug(message, arguments);
        } catch (Throwable itsOwnFault) {
            // there is nobody to tell
        }
    }

    private static Logger logger() {
        return LoggerFactory.getLogger(SharedQueue.class);
    }
}
