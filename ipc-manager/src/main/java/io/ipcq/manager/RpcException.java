// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

/** An error of the protocol: on the server what it will answer, at the client what was answered. */
final class RpcException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int code;

    RpcException(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    int code() {
        return code;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
