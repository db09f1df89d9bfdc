// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of connections, which they do not fail for. */
final class ConnectionLog {

    private ConnectionLog() {}

    static void error(String message, Object... arguments) {
        try {
            logger().error(message, arguments);
        } catch (Throwable itsOwnFault) {
            // there is nobody to tell
        }
    }

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

    /** Looked up each time: what fails once, as for want of descriptors, need not fail again, but a class that does is lost. */
    private static Logger logger() {
        return LoggerFactory.getLogger(Listener.class);
    }
}
