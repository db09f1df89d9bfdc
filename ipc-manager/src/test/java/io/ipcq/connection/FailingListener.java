// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

/** What happens to a listener when nobody receives peers for it any more. */
public final class FailingListener {

    private FailingListener() {}

    public static void fail(Listener listener) {
        listener.over();
    }
}
