// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;

/**
 * The two sides do not know the same key, or one of them does not speak the protocol. The connection is closed. The
 * message contains neither the key nor what the peer sent.
 */
public final class AuthenticationException extends IOException {

    private static final long serialVersionUID = 1L;

    AuthenticationException(String message) {
        super(message);
    }
}
