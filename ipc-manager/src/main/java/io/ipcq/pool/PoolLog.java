// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** What pools have to say to nobody in particular. A logging library that fails does not fail the pool. */
final class PoolLog {

    private PoolLog() {}

    static void warn(String message, @Nullable Throwable cause) {
        try {
            LoggerFactory.getLogger(ProcessPool.class).warn(message, cause);
        } catch (Throwable itsOwnFault) {
            lastResort(message, cause);
        }
    }

    private static void lastResort(String message, @Nullable Throwable cause) {
        try {
            System.err.println(message);
            if (cause != null) {
                System.err.println(cause);
            }
        } catch (Throwable nothingWorks) {
            // there is nobody left to tell
        }
    }
}
