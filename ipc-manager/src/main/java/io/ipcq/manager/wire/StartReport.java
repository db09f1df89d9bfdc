// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import io.ipcq.process.TravelLimits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.net.SocketAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the process of a manager tells the process that has started it: where it serves, or why it does not.
 *
 * @param address null if it does not serve
 * @param failure what was thrown instead
 */
public record StartReport(
        @Nullable SocketAddress address, @Nullable Throwable failure) {

    /** The process has said nothing yet. */
    public static final StartReport NOTHING = new StartReport(null, null);

    /** How large a report may be, so that it fits the queue for it. */
    public static final int MAX_BYTES = 1 << 18;

    /** How much remains of the text of a failure that is too large or cannot be serialized. */
    private static final int SHORT_TEXT = 1_000;

    private static final int SHORT_STACK = 100;

    public static byte[] serves(SocketAddress address) throws IOException {
        return serialized(address);
    }

    /**
     * What was thrown. If that cannot be serialized or is too large, an exception with the same text takes its place.
     */
    public static byte[] failed(Throwable thrown) throws IOException {
        try {
            byte[] whole = serialized(thrown);
            if (whole.length <= MAX_BYTES) {
                return whole;
            }
        } catch (IOException | RuntimeException | StackOverflowError refused) {
            // the exception, or something in it, is not serializable
        }
        String text = String.valueOf(thrown);
        IOException same = new IOException(text.substring(0, Math.min(text.length(), SHORT_TEXT)));
        StackTraceElement[] stack = thrown.getStackTrace();
        same.setStackTrace(Arrays.copyOf(stack, Math.min(stack.length, SHORT_STACK)));
        return serialized(same);
    }

    private static byte[] serialized(Object object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    public static StartReport read(byte[] bytes) {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            in.setObjectInputFilter(new TravelLimits(bytes.length, Serializable.class));
            Object told = in.readObject();
            return told instanceof SocketAddress address
                    ? new StartReport(address, null)
                    : new StartReport(null, (Throwable) told);
        } catch (IOException | ClassNotFoundException | RuntimeException | LinkageError unknownHere) {
            return new StartReport(null, unknownHere);
        }
    }
}
