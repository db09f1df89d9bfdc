// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.codec.Codec;
import io.ipcq.manager.wire.Operation.OfMap;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A set of a manager: on the server, the keys of a map whose values are all true. */
final class RemoteSet<E> extends RemoteKeys<E> implements ProxyEnd, Serializable {

    private static final long serialVersionUID = 1L;

    RemoteSet(Reference reference, Codec<E> codec) {
        super(reference, KeyCodec.of(codec));
    }

    @Override
    public boolean add(E element) {
        return reference.call(OfMap.PUT_IF_ABSENT, keys.wire(element), true) == null;
    }

    @Override
    public boolean addAll(Collection<? extends E> elements) {
        List<Object> pairs = new ArrayList<>();
        elements.forEach(element -> pairs.add(List.of(keys.wire(element), true)));
        return !pairs.isEmpty() && reference.number(OfMap.PUT_ALL, pairs) > 0;
    }

    @Override
    public Reference reference() {
        return reference;
    }

    private Object writeReplace() throws ObjectStreamException {
        return reference.handle(keys.codec(), null);
    }
}
