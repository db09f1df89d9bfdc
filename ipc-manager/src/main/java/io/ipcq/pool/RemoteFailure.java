// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.process.TravelOutput;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Serializable;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/**
 * An exception of a worker, on its way to the parent. Its text is always sent. The object is sent if it can be
 * serialized.
 *
 * @param type the class of the exception
 * @param text the exception's {@code toString}
 * @param stack its stack trace with its causes
 * @param bytes the serialized exception; null if it could not be serialized
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares two
record RemoteFailure(String type, String text, String stack, byte @Nullable [] bytes) {

    /** Loads what is needed to send one, so that a worker which can open no more files can say so. */
    static void prepare() {
        of(new IOException("not thrown"));
    }

    static RemoteFailure of(Throwable thrown) {
        return new RemoteFailure(thrown.getClass().getName(), textOf(thrown), stackOf(thrown), bytesOf(thrown));
    }

    static RemoteFailure read(MessageReader in) {
        return new RemoteFailure(in.getText(), in.getText(), in.getText(), in.getBytes());
    }

    void write(MessageWriter out) {
        out.putString(type).putString(text).putString(stack).putBytes(bytes);
    }

    /** The exception, rebuilt with the classes of the program; null if it cannot be rebuilt here. */
    @Nullable
    Throwable rebuild(@Nullable ClassLoader program) {
        byte[] serialized = bytes;
        if (serialized == null) {
            return null;
        }
        try {
            return (Throwable) new Handles(program)
                    .read(new ByteArrayInputStream(serialized), serialized.length, Serializable.class);
        } catch (Exception | LinkageError | StackOverflowError | OutOfMemoryError unknownHere) {
            return null;
        }
    }

    private static String textOf(Throwable thrown) {
        try {
            return thrown.toString();
        } catch (Throwable itsOwnFault) {
            return thrown.getClass().getName();
        }
    }

    private static String stackOf(Throwable thrown) {
        StringWriter text = new StringWriter();
        try {
            thrown.printStackTrace(new PrintWriter(text, true));
        } catch (Throwable itsOwnFault) {
            text.append(thrown.getClass().getName());
        }
        return text.toString();
    }

    private static byte @Nullable [] bytesOf(Throwable thrown) {
        MessageWriter out = new MessageWriter();
        try (TravelOutput objects = new TravelOutput(out)) {
            objects.writeObject(thrown);
        } catch (IOException | RuntimeException | StackOverflowError refused) {
            return null;
        }
        return out.toBytes();
    }
}
