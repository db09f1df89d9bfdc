// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;

/**
 * A message larger than the limit of this side. On the way out nothing was sent, and the connection goes on; on the way
 * in it is closed, as the bytes behind the length mean nothing without it.
 */
public final class FrameTooLargeException extends IOException {

    private static final long serialVersionUID = 1L;

    private final long limit;

    FrameTooLargeException(String what, String bytes, long limit) {
        super(what + " is larger than the limit: bytes=" + bytes + ", limit=" + limit
                + "; send less, or raise maxFrameBytes on both sides");
        this.limit = limit;
    }

    /** The limit, in bytes. */
    public long limit() {
        return limit;
    }
}
