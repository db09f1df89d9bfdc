// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.IpcException;
import org.jspecify.annotations.Nullable;

/**
 * The manager of a proxy is gone: its process ended, the connection was cut, or this process closed it. Every call that
 * waits, and every later one, throws this. It is not known whether the last call was carried out. Proxies of a new
 * connection have to be taken from {@link Manager#connect}.
 */
public final class ManagerGoneException extends IpcException {

    private static final long serialVersionUID = 1L;

    ManagerGoneException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
