// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.Handle;
import io.ipcq.codec.Codec;
import io.ipcq.connection.AuthKey;
import io.ipcq.manager.wire.ServedType;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.net.SocketAddress;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/**
 * A proxy on its way to a child or a pool worker. It contains the key, so a stream with a proxy in it has to be as
 * secret as the key. The streams between a parent and its own children are.
 */
record ProxyHandle(
        SocketAddress address,
        AuthKey key,
        ServedType type,
        String name,
        HashMap<String, Object> options,
        @Nullable Codec<?> first,
        @Nullable Codec<?> second,
        @Nullable Class<?> own)
        implements Handle {

    /** The handle of a proxy. Its receiver takes hold of the same thing. */
    static ProxyHandle of(Reference reference, @Nullable Codec<?> first, @Nullable Codec<?> second)
            throws NotSerializableException {
        return of(reference, first, second, null);
    }

    /** The same for a proxy of an own type. */
    static ProxyHandle of(
            Reference reference, @Nullable Codec<?> first, @Nullable Codec<?> second, @Nullable Class<?> own)
            throws NotSerializableException {
        SocketAddress address = reference.link().address();
        AuthKey key = reference.link().key();
        if (address == null || key == null) {
            throw new NotSerializableException("a proxy of a connection that the program made itself: " + reference
                    + "; connect by address and key");
        }
        return new ProxyHandle(
                address,
                key,
                reference.type(),
                reference.name(),
                new HashMap<>(reference.options()),
                first,
                second,
                own);
    }

    private Object readResolve() throws ObjectStreamException {
        return Proxies.make(open(), first, second, own);
    }

    private Reference open() throws ObjectStreamException {
        try {
            return Reference.openPassed(Link.to(address, key), ProxyHandle::of, type, name, options);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw invalid(e);
        } catch (IOException | RuntimeException e) {
            throw invalid(e);
        }
    }

    /** The same for the handler of a proxy of an own type, which must not become a proxy itself. */
    Recipe asHandler() {
        return new Recipe(address, key, type, name, options, java.util.Objects.requireNonNull(own));
    }

    record Recipe(
            SocketAddress address,
            AuthKey key,
            ServedType type,
            String name,
            HashMap<String, Object> options,
            Class<?> own)
            implements Serializable {

        Reference open() throws ObjectStreamException {
            return new ProxyHandle(address, key, type, name, options, null, null, own).open();
        }
    }

    private InvalidObjectException invalid(Exception e) {
        InvalidObjectException invalid =
                new InvalidObjectException("a proxy that was passed on cannot be attached: type=" + type.wire()
                        + ", name=" + name + ": " + e.getMessage());
        invalid.initCause(e);
        return invalid;
    }

    @Override
    public String toString() {
        return "ProxyHandle[" + type.wire() + " " + name + " at " + address + "]";
    }
}
