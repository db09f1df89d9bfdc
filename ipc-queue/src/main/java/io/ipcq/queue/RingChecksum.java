// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What the elements of a ring with checksums end with: four bytes, little-endian, the complement of the CRC-32C of
 * those before, so that zeros are no element. Computed in the caller's thread, outside of anything that others wait
 * for.
 */
final class RingChecksum {

    static final int BYTES = Integer.BYTES;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private RingChecksum() {}

    static byte[] seal(byte[] element) {
        byte[] sealed = Arrays.copyOf(element, element.length + BYTES);
        INT.set(sealed, element.length, checksum(element, element.length));
        return sealed;
    }

    /** The element; null if its bytes do not match their checksum. */
    static byte @Nullable [] unseal(byte[] sealed) {
        int length = sealed.length - BYTES;
        return length >= 0 && (int) INT.get(sealed, length) == checksum(sealed, length)
                ? Arrays.copyOf(sealed, length)
                : null;
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return ~(int) crc.getValue();
    }
}
