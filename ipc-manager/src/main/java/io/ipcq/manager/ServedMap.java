// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A map from JSON values to JSON values; also a namespace, whose keys are strings. */
final class ServedMap extends Served {

    private final Map<Object, Object> entries = new LinkedHashMap<>();

    private final StoredValues stored;

    ServedMap(Key key, StoredValues.Budget budget) {
        super(key);
        this.stored = new StoredValues(budget);
    }

    @Override
    synchronized void call(Call call, String operation) {
        call.reply(operate(call, operation));
    }

    private @Nullable Object operate(Call call, String operation) {
        return switch (operation) {
            case "size" -> entries.size();
            case "clear" -> {
                clear();
                yield null;
            }
            case "get" -> entries.get(call.present(1));
            case "put" -> put(call.present(1), call.present(2));
            case "putIfAbsent" -> {
                Object there = entries.get(call.present(1));
                yield there != null ? there : put(call.present(1), call.present(2));
            }
            case "remove" -> remove(call.present(1));
            case "removeValue" -> {
                boolean same = call.present(2).equals(entries.get(call.present(1)));
                if (same) {
                    remove(call.present(1));
                }
                yield same;
            }
            case "replace" -> entries.containsKey(call.present(1)) ? put(call.present(1), call.present(2)) : null;
            case "replaceValue" -> {
                Object value = call.present(3);
                boolean same = call.present(2).equals(entries.get(call.present(1)));
                if (same) {
                    put(call.present(1), value);
                }
                yield same;
            }
            case "containsKey" -> entries.containsKey(call.present(1));
            case "containsValue" -> entries.containsValue(call.present(1));
            case "entries" ->
                entries.entrySet().stream()
                        .map(entry -> List.of(entry.getKey(), entry.getValue()))
                        .toList();
            case "putAll" -> {
                for (Object pair : call.list(1)) {
                    if (!(pair instanceof List<?> two) || two.size() != 2 || two.contains(null)) {
                        throw new RpcException(Protocol.INVALID_PARAMS, "entries are arrays of a key and a value");
                    }
                    put(Objects.requireNonNull(two.get(0)), Objects.requireNonNull(two.get(1)));
                }
                yield null;
            }
            default -> throw noSuch(operation);
        };
    }

    private @Nullable Object put(Object key, Object value) {
        if (entries.size() >= Protocol.MAX_ITEMS && !entries.containsKey(key)) {
            throw new RpcException(Protocol.LIMIT, this + " is full: limit=" + Protocol.MAX_ITEMS);
        }
        Object before = entries.get(key);
        if (before == null) {
            stored.replace(null, List.of(key, value));
        } else {
            stored.replace(before, value);
        }
        return entries.put(key, value);
    }

    private @Nullable Object remove(Object key) {
        Object before = entries.remove(key);
        if (before != null) {
            stored.replace(List.of(key, before), null);
        }
        return before;
    }

    private void clear() {
        entries.clear();
        stored.clear();
    }

    @Override
    synchronized void dispose() {
        clear();
    }
}
