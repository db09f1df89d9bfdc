// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import org.jspecify.annotations.Nullable;

/** An error of the protocol: on the server the one that it will answer, at the client the one that it got. */
public final class RpcException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int code;
    private final transient @Nullable Object data;

    public RpcException(int code, String message) {
        this(code, message, null);
    }

    /** @param data more about it, as it is sent; null if there is no more to say */
    public RpcException(int code, String message, @Nullable Object data) {
        super(message, null, false, false);
        this.code = code;
        this.data = data;
    }

    /** A method of a served object threw something. */
    public static RpcException of(Throwable thrown) {
        return new RpcException(
                Protocol.THROWN,
                thrown.getClass().getSimpleName() + ": " + thrown.getMessage(),
                Thrown.of(thrown).wire());
    }

    public @Nullable Object data() {
        return data;
    }

    public int code() {
        return code;
    }

    public String text() {
        return String.valueOf(getMessage());
    }
}
