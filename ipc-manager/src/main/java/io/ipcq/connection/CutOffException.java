// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;

/**
 * The peer ended the connection before both sides had proved the key, and did not say why. Nothing else has happened.
 */
final class CutOffException extends IOException {

    private static final long serialVersionUID = 1L;

    CutOffException(Handshake.Role role, IOException cause) {
        super(
                "the peer closed the connection within the handshake"
                        + (role == Handshake.Role.CLIENT
                                ? "; it may have too many, expect TLS, or not trust this user"
                                : ""),
                cause);
    }
}
