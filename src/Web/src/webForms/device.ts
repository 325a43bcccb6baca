// What web forms keep on this device, in the browser's database of this server.

export type Store = 'kept' | 'lastSaved' | 'unfinished'
const stores: Store[] = ['kept', 'lastSaved', 'unfinished']

export function readFromDevice<T>(store: Store, key: IDBValidKey): Promise<T | undefined> {
  return run(store, 'readonly', (opened) => opened.get(key))
}

/** All that a store has, with their keys, oldest first. */
export async function listOnDevice<T>(store: Store): Promise<{ key: IDBValidKey; value: T }[]> {
  const [keys, values] = await Promise.all([
    run<IDBValidKey[]>(store, 'readonly', (opened) => opened.getAllKeys()),
    run<T[]>(store, 'readonly', (opened) => opened.getAll()),
  ])
  return values.map((value, index) => ({ key: keys[index]!, value }))
}

/** Without a key it gets the next number. */
export function writeToDevice(store: Store, value: unknown, key?: IDBValidKey): Promise<IDBValidKey> {
  return run(store, 'readwrite', (opened) => opened.put(value, key))
}

export function removeFromDevice(store: Store, key: IDBValidKey): Promise<undefined> {
  return run(store, 'readwrite', (opened) => opened.delete(key))
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open('rosa', 2)
  request.onupgradeneeded = () => {
    const there = request.result.objectStoreNames
    for (const name of stores) if (!there.contains(name)) request.result.createObjectStore(name, { autoIncrement: true })
  }
  return outcome(request)
}

async function run<T>(store: Store, mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  const database = await open()
  try {
    const transaction = database.transaction(store, mode)
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error)
    })
    const result = await outcome<T>(work(transaction.objectStore(store)))
    await done // only now is it on the disk
    return result
  } finally {
    database.close()
  }
}

function outcome<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as T)
    request.onerror = () => reject(request.error)
  })
}
