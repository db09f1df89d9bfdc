// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import org.jspecify.annotations.Nullable;

/** An error of the protocol: on the server what it will answer, at the client what was answered. */
final class RpcException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int code;
    private final transient @Nullable Thrown thrown;

    RpcException(int code, String message) {
        this(code, message, null);
    }

    private RpcException(int code, String message, @Nullable Thrown thrown) {
        super(message, null, false, false);
        this.code = code;
        this.thrown = thrown;
    }

    /** A method of a served object threw something. */
    static RpcException of(Throwable thrown) {
        return new RpcException(
                Protocol.THROWN, thrown.getClass().getSimpleName() + ": " + thrown.getMessage(), Thrown.of(thrown));
    }

    @Nullable
    Thrown thrown() {
        return thrown;
    }

    int code() {
        return code;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
