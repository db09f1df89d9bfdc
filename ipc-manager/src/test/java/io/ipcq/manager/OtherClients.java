// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.manager.wire.Operation;

/** What clients in other languages may ask for, and ours do not. */
public final class OtherClients {

    private OtherClients() {}

    /** Calls an operation on what a proxy of a collection stands for. */
    public static Object call(Object proxy, Operation operation) {
        return ((ProxyEnd) proxy).reference().call(operation);
    }
}
