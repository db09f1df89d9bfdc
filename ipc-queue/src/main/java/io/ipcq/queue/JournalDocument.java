// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The bytes of one document of the journal: one or more elements that were put together.
 *
 * <pre>
 *   0               8       12       16       20       24
 *  +---------------+-------+--------+--------+--------+-------------+--------+-----
 *  | first number  | count | check  | length | check  | payload ... | length | ...
 *  +---------------+-------+--------+--------+--------+-------------+--------+-----
 *                                    '------ element 0 ------------'
 * </pre>
 *
 * Integers are little-endian. The header's check is the CRC-32C of the 12 bytes before it, an element's is the
 * complement of its payload's: a page of zeros, which is what a crash of the machine leaves, is no row of empty
 * elements.
 */
final class JournalDocument {

    static final int HEADER_BYTES = 16;
    static final int ELEMENT_HEADER_BYTES = 8;

    private static final int COUNT = Long.BYTES;
    private static final int CHECK = COUNT + Integer.BYTES;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private final long first;
    private final int count;
    private final long index;
    // where the element that was asked for last stands: elements are mostly asked for in order
    private int position = 0;
    private int offset = HEADER_BYTES;

    private JournalDocument(byte[] bytes, long first, int count, long index) {
        this.bytes = bytes;
        this.first = first;
        this.count = count;
        this.index = index;
    }

    // ---- writing ----------------------------------------------------------------------------------------------------

    /** A document of these payloads, whose first number is not known yet. */
    static byte[] of(List<byte[]> payloads) {
        int length = HEADER_BYTES;
        for (byte[] payload : payloads) {
            length += ELEMENT_HEADER_BYTES + payload.length;
        }
        byte[] document = new byte[length];
        int at = HEADER_BYTES;
        for (byte[] payload : payloads) {
            at = writeElement(document, at, payload);
        }
        INT.set(document, COUNT, payloads.size());
        return document;
    }

    static byte[] of(byte[] payload) {
        byte[] document = new byte[HEADER_BYTES + ELEMENT_HEADER_BYTES + payload.length];
        writeElement(document, HEADER_BYTES, payload);
        INT.set(document, COUNT, 1);
        return document;
    }

    /** A document of an element as it stands in another one, with its check. */
    static byte[] of(Payload payload) {
        int bytes = ELEMENT_HEADER_BYTES + (int) INT.get(payload.document, payload.at);
        byte[] document = new byte[HEADER_BYTES + bytes];
        System.arraycopy(payload.document, payload.at, document, HEADER_BYTES, bytes);
        INT.set(document, COUNT, 1);
        return document;
    }

    private static int writeElement(byte[] document, int at, byte[] payload) {
        INT.set(document, at, payload.length);
        INT.set(document, at + Integer.BYTES, ~checksum(payload, 0, payload.length));
        System.arraycopy(payload, 0, document, at + ELEMENT_HEADER_BYTES, payload.length);
        return at + ELEMENT_HEADER_BYTES + payload.length;
    }

    static void number(byte[] document, long first) {
        LONG.set(document, 0, first);
        INT.set(document, CHECK, checksum(document, 0, CHECK));
    }

    // ---- reading ----------------------------------------------------------------------------------------------------

    /** Reads a document; the message of the exception says what is wrong with it. */
    static JournalDocument parse(byte[] bytes, long index) throws DamagedException {
        if (bytes.length < HEADER_BYTES || (int) INT.get(bytes, CHECK) != checksum(bytes, 0, CHECK)) {
            throw new DamagedException("its header does not match its checksum");
        }
        int count = (int) INT.get(bytes, COUNT);
        long first = (long) LONG.get(bytes, 0);
        int at = HEADER_BYTES;
        for (int i = 0; i < count; i++) {
            if (at > bytes.length - ELEMENT_HEADER_BYTES) {
                throw new DamagedException("it ends before element " + (first + i));
            }
            int length = (int) INT.get(bytes, at);
            if (length < 0 || length > bytes.length - at - ELEMENT_HEADER_BYTES) {
                throw new DamagedException("element " + (first + i) + " has the length " + length);
            }
            at += ELEMENT_HEADER_BYTES + length;
        }
        if (at != bytes.length) {
            // zeros, which a crash of the machine can leave, pass for empty elements
            throw new DamagedException("its " + count + " elements end at " + at + " of " + bytes.length + " bytes");
        }
        if (count < 1 || first < 0) {
            throw new DamagedException("it says that it holds " + count + " elements from number " + first);
        }
        return new JournalDocument(bytes, first, count, index);
    }

    long first() {
        return first;
    }

    long end() {
        return first + count;
    }

    long index() {
        return index;
    }

    boolean holds(long number) {
        return number >= first && number < first + count;
    }

    /** The payload of an element that this document holds, unchecked. */
    Payload element(long number) {
        int wanted = (int) (number - first);
        if (wanted < position) {
            position = 0;
            offset = HEADER_BYTES;
        }
        for (; position < wanted; position++) {
            offset += ELEMENT_HEADER_BYTES + (int) INT.get(bytes, offset);
        }
        return new Payload(bytes, offset);
    }

    /** One element inside a document's bytes; checked and copied when it is asked for. */
    static final class Payload {

        private final byte[] document;
        private final int at;

        private Payload(byte[] document, int at) {
            this.document = document;
            this.at = at;
        }

        byte[] bytes() {
            byte[] bytes = new byte[(int) INT.get(document, at)];
            System.arraycopy(document, at + ELEMENT_HEADER_BYTES, bytes, 0, bytes.length);
            return bytes;
        }

        boolean isIntact(byte[] bytes) {
            return ~checksum(bytes, 0, bytes.length) == (int) INT.get(document, at + Integer.BYTES);
        }
    }

    private static int checksum(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    /** The bytes are no document. */
    static final class DamagedException extends Exception {

        private static final long serialVersionUID = 1L;

        DamagedException(String message) {
            super(message);
        }
    }
}
