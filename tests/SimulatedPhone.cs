using System.Security.Cryptography;
using System.Text;

namespace ServerlessRosa.Tests;

/// <summary>An index in a case block: no target removes it.</summary>
internal sealed record PhoneIndex(string Identifier, string? Target, bool Extension);

/// <summary>A change of a balance of a case: to a quantity, or by it when it is a transfer.</summary>
internal sealed record PhoneStock(string Section, string Entry, int Quantity, bool IsTransfer);

/// <summary>A case block, of a form or of a restore. Without owner, the block says nothing of it.</summary>
internal sealed record PhoneBlock(string Id)
{
    public bool Creates { get; init; }

    public string CaseType { get; init; } = "patient";

    public string? Owner { get; init; }

    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<PhoneIndex> Indices { get; init; } = [];

    public bool Closes { get; init; }

    /// <summary>The ledger blocks beside it.</summary>
    public IReadOnlyList<PhoneStock> Stock { get; init; } = [];
}

/// <summary>A case as stored on a phone, or by another client.</summary>
internal sealed class PhoneCase
{
    public string Owner { get; set; } = "";

    public bool Closed { get; set; }

    public Dictionary<string, string> Properties { get; } = [];

    public Dictionary<string, (string Target, bool Extension)> Indices { get; } = [];

    public Dictionary<string, int> Stock { get; } = [];

    public void Apply(PhoneBlock block)
    {
        Owner = block.Owner ?? Owner;
        Closed |= block.Closes;
        foreach (var (name, text) in block.Properties)
        {
            Properties[name] = text;
        }
        foreach (var index in block.Indices)
        {
            if (index.Target is { } target)
            {
                Indices[index.Identifier] = (target, index.Extension);
            }
            else
            {
                Indices.Remove(index.Identifier);
            }
        }
        foreach (var stock in block.Stock)
        {
            var key = $"{stock.Section}/{stock.Entry}";
            Stock[key] = (stock.IsTransfer ? Stock.GetValueOrDefault(key) : 0) + stock.Quantity;
        }
    }

    /// <summary>The same without the indices to such targets.</summary>
    public PhoneCase Without(Predicate<string> target)
    {
        var same = new PhoneCase { Owner = Owner, Closed = Closed };
        foreach (var (name, text) in Properties)
        {
            same.Properties.Add(name, text);
        }
        foreach (var (key, quantity) in Stock)
        {
            same.Stock.Add(key, quantity);
        }
        foreach (var (identifier, index) in Indices.Where(index => !target(index.Value.Target)))
        {
            same.Indices.Add(identifier, index);
        }
        return same;
    }

    /// <summary>All that it says. A property that was emptied is as good as none, and so is a balance of zero.</summary>
    public override string ToString() =>
        $"{Owner}{(Closed ? " closed" : "")} [{string.Join(", ", Shown(Properties))}]"
        + $" [{string.Join(", ", Shown(Indices))}] [{string.Join(", ", Shown(Stock))}]";

    private static IEnumerable<string> Shown(IEnumerable<KeyValuePair<string, int>> stock) =>
        stock
            .Where(balance => balance.Value != 0)
            .OrderBy(balance => balance.Key, StringComparer.Ordinal)
            .Select(balance => $"{balance.Key}={balance.Value}");

    private static IEnumerable<string> Shown(IEnumerable<KeyValuePair<string, string>> properties) =>
        properties
            .Where(property => property.Value.Length > 0)
            .OrderBy(property => property.Key, StringComparer.Ordinal)
            .Select(property => $"{property.Key}={property.Value}");

    private static IEnumerable<string> Shown(IEnumerable<KeyValuePair<string, (string Target, bool Extension)>> indices) =>
        indices
            .OrderBy(index => index.Key, StringComparer.Ordinal)
            .Select(index => $"{index.Key}{(index.Value.Extension ? "=>" : "->")}{index.Value.Target}");
}

/// <summary>A phone as CC-137, CC-153 describe it: applies blocks strictly, purges, and makes the state hash.</summary>
internal sealed class SimulatedPhone(string user)
{
    public string User { get; } = user;

    public Dictionary<string, PhoneCase> Cases { get; private set; } = [];

    /// <summary>The ids of the groups in the last `user-groups`.</summary>
    public HashSet<string> Groups { get; set; } = [];

    public string? Token { get; set; }

    public bool Owns(string owner) => owner == User || Groups.Contains(owner);

    /// <summary>Fails where a phone does.</summary>
    public void Apply(PhoneBlock block)
    {
        if (!Cases.TryGetValue(block.Id, out var onPhone))
        {
            Xunit.Assert.True(block.Creates, $"Unable to update or close case {block.Id}, it wasn't found.");
            Cases.Add(block.Id, onPhone = new PhoneCase());
        }
        Xunit.Assert.DoesNotContain(block.Indices, index => index.Target == block.Id);
        Xunit.Assert.False(block.Creates && string.IsNullOrEmpty(block.Owner), $"The create of {block.Id} has no owner.");
        onPhone.Apply(block);
    }

    public void Purge()
    {
        var kept = new NaiveRules(Cases.Select(pair => Naive(pair.Key, pair.Value, Owns(pair.Value.Owner)))).Purged();
        Cases = Cases.Where(pair => kept.Contains(pair.Key)).ToDictionary();
    }

    /// <summary>What a purge would leave.</summary>
    public HashSet<string> AfterPurge() => [.. Purged().Cases.Keys];

    /// <summary>Whether a second purge would take more: such a phone cannot ask twice (CC-108 to CC-115).</summary>
    public bool IsOdd() => Purged().Purged().Cases.Count != Purged().Cases.Count;

    public string State()
    {
        var sum = new byte[16];
        foreach (var id in Cases.Keys)
        {
            sum = [.. sum.Zip(MD5.HashData(Encoding.UTF8.GetBytes(id)), (one, other) => (byte)(one ^ other))];
        }
        return "ccsh:" + (Cases.Count == 0 ? "" : Convert.ToHexStringLower(sum));
    }

    /// <summary>Reacts to a 412: deletes everything but unsent forms.</summary>
    public void Wipe()
    {
        Cases = [];
        Token = null;
    }

    public static NaiveCase Naive(string id, PhoneCase onPhone, bool owned) => new(id, owned, !onPhone.Closed, [.. onPhone.Indices.Values]);

    private SimulatedPhone Purged()
    {
        var later = new SimulatedPhone(User) { Cases = Cases, Groups = Groups };
        later.Purge();
        return later;
    }
}
