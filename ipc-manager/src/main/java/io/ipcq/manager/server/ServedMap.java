// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Operation.OfMap;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A map from JSON values to JSON values. It also serves as a namespace, whose keys are strings, and as a set, whose
 * values are true.
 */
final class ServedMap extends ServedCollection {

    private final Map<MapKey, Object> entries = new LinkedHashMap<>();

    ServedMap(Key key) {
        super(key);
    }

    @Override
    synchronized void call(Call call, String operation) {
        call.reply(operate(call, operation));
    }

    private @Nullable Object operate(Call call, String operation) {
        return switch (known(OfMap.class, operation)) {
            case SIZE -> entries.size();
            case CLEAR -> {
                clear();
                yield null;
            }
            case GET -> entries.get(key(call));
            case PUT -> put(call, key(call), call.present(2));
            case PUT_IF_ABSENT -> {
                MapKey key = key(call);
                Object there = entries.get(key);
                yield there != null ? there : put(call, key, call.present(2));
            }
            case REMOVE -> remove(call, key(call));
            case REMOVE_VALUE -> {
                MapKey key = key(call);
                boolean same = call.present(2).equals(entries.get(key));
                if (same) {
                    remove(call, key);
                }
                yield same;
            }
            case REPLACE -> {
                MapKey key = key(call);
                yield entries.containsKey(key) ? put(call, key, call.present(2)) : null;
            }
            case REPLACE_VALUE -> {
                MapKey key = key(call);
                Object value = call.present(3);
                boolean same = call.present(2).equals(entries.get(key));
                if (same) {
                    put(call, key, value);
                }
                yield same;
            }
            case CONTAINS_KEY -> entries.containsKey(key(call));
            case CONTAINS_VALUE -> entries.containsValue(call.present(1));
            case ENTRIES -> pairs().toList();
            case PAGE -> page(call, entries.size(), pairs().skip(call.count(1)).iterator());
            case PUT_ALL -> putAll(call);
            case CONTAINS_ALL -> entries.keySet().containsAll(keys(call));
            case REMOVE_ALL -> call.value(2) != null && call.number(2) != version ? null : removeAll(call, keys(call));
            case RETAIN_ALL -> {
                Set<MapKey> kept = keys(call);
                yield removeAll(
                        call,
                        entries.keySet().stream()
                                .filter(key -> !kept.contains(key))
                                .collect(Collectors.toSet()));
            }
        };
    }

    private static MapKey key(Call call) {
        return MapKey.of(call.present(1));
    }

    private static Set<MapKey> keys(Call call) {
        Set<MapKey> keys = new HashSet<>();
        for (Object key : call.list(1)) {
            if (key == null) {
                throw new RpcException(Protocol.INVALID_PARAMS, "null is no key");
            }
            keys.add(MapKey.of(key));
        }
        return keys;
    }

    private Stream<List<Object>> pairs() {
        return entries.entrySet().stream().map(entry -> List.of(entry.getKey().value(), entry.getValue()));
    }

    private @Nullable Object put(Call call, MapKey key, Object value) {
        Object before = entries.get(key);
        putAll(call, Map.of(key, value));
        return before;
    }

    /** Puts all of them, or none; says how many keys are new. */
    private int putAll(Call call) {
        Map<MapKey, Object> given = new LinkedHashMap<>();
        for (Object pair : call.list(1)) {
            if (!(pair instanceof List<?> two) || two.size() != 2 || two.contains(null)) {
                throw new RpcException(Protocol.INVALID_PARAMS, "entries are arrays of a key and a value");
            }
            given.put(MapKey.of(Objects.requireNonNull(two.get(0))), Objects.requireNonNull(two.get(1)));
        }
        return putAll(call, given);
    }

    private int putAll(Call call, Map<MapKey, Object> given) {
        List<Object> before = new ArrayList<>();
        List<Object> after = new ArrayList<>();
        given.forEach((key, value) -> {
            Object there = entries.get(key);
            if (there == null) {
                after.add(List.of(key.value(), value));
            } else {
                before.add(there);
                after.add(value);
            }
        });
        int added = after.size() - before.size();
        if (added > Protocol.MAX_ITEMS - entries.size()) {
            throw new RpcException(Protocol.LIMIT, this + " is full: limit=" + Protocol.MAX_ITEMS);
        }
        stored.replaceAll(call.session(), before, after);
        if (given.size() == 1) {
            entries.putAll(given);
        } else {
            putOrUndo(given);
        }
        version++;
        return added;
    }

    private void putOrUndo(Map<MapKey, Object> given) {
        Map<MapKey, Object> there = new HashMap<>();
        given.keySet().forEach(key -> {
            Object value = entries.get(key);
            if (value != null) {
                there.put(key, value);
            }
        });
        try {
            entries.putAll(given);
        } catch (Throwable e) {
            entries.keySet().removeIf(key -> given.containsKey(key) && !there.containsKey(key));
            entries.putAll(there);
            throw e;
        }
    }

    /** Removes all of them, or none; says how many were there. */
    private int removeAll(Call call, Set<MapKey> keys) {
        List<Object> gone = new ArrayList<>();
        Map<MapKey, Object> there = new HashMap<>();
        for (MapKey key : keys) {
            Object value = entries.get(key);
            if (value != null) {
                gone.add(List.of(key.value(), value));
                there.put(key, value);
            }
        }
        if (!gone.isEmpty()) {
            try {
                entries.keySet().removeAll(keys);
            } catch (Throwable e) {
                entries.putAll(there);
                throw e;
            }
            version++;
            stored.replaceAll(call.session(), gone, List.of());
        }
        return gone.size();
    }

    private @Nullable Object remove(Call call, MapKey key) {
        Object before = entries.get(key);
        removeAll(call, Set.of(key));
        return before;
    }

    private void clear() {
        version++;
        entries.clear();
        stored.clear();
    }

    @Override
    synchronized void dispose() {
        clear();
        stored.end();
    }
}
