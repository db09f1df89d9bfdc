// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import org.jspecify.annotations.Nullable;

/**
 * Tells that the reader of a pipe has gone (EPIPE) from all else that can go wrong with an output. The JDK has the
 * words of the system for that, in its language, and no number; so it is asked for those words, with a pipe.
 */
final class BrokenPipe {

    private static final String ENGLISH = "Broken pipe";

    private BrokenPipe() {}

    static boolean isSaidBy(IOException failure) {
        String message = failure.getMessage();
        return message != null && (message.equals(ENGLISH) || message.equals(words()));
    }

    /** Null if they cannot be found out. */
    static @Nullable String words() {
        try {
            Pipe pipe = Pipe.open();
            try (Pipe.SinkChannel sink = pipe.sink()) {
                pipe.source().close();
                return said(sink);
            }
        } catch (IOException noPipe) {
            return null;
        }
    }

    private static @Nullable String said(Pipe.SinkChannel sink) {
        try {
            sink.write(ByteBuffer.allocate(1));
            return null;
        } catch (IOException broken) {
            return broken.getMessage();
        }
    }
}
