namespace ServerlessRosa.Core.Cases;

/// <summary>How much of a product (<see cref="Entry"/>) a case has in a section of its ledger, such as `stock`.</summary>
public sealed record LedgerBalance(string Section, string Entry, int Quantity);

/// <summary>
/// A change of one balance: to <see cref="Quantity"/>, or by it when <see cref="IsTransfer"/>. Then it is negative for the case that
/// gives.
/// </summary>
public sealed record LedgerChange(string Section, string Entry, int Quantity, bool IsTransfer);

/// <summary>Applies changes to the balances of a case (CC-156). Pure functions.</summary>
internal static class Ledgers
{
    /// <summary>In the order of the changes. The result is sorted by section and entry. A balance stays within 32 bits, which is all that
    /// phones read.</summary>
    public static IReadOnlyList<LedgerBalance> Apply(IReadOnlyList<LedgerBalance> before, IEnumerable<LedgerChange> changes)
    {
        var balances = before.ToDictionary(balance => (balance.Section, balance.Entry), balance => balance.Quantity);
        foreach (var change in changes)
        {
            var key = (change.Section, change.Entry);
            var quantity = (change.IsTransfer ? (long)balances.GetValueOrDefault(key) : 0) + change.Quantity;
            balances[key] = (int)Math.Clamp(quantity, int.MinValue, int.MaxValue);
        }
        return
        [
            .. balances
                .Select(pair => new LedgerBalance(pair.Key.Section, pair.Key.Entry, pair.Value))
                .OrderBy(balance => balance.Section, StringComparer.Ordinal)
                .ThenBy(balance => balance.Entry, StringComparer.Ordinal),
        ];
    }

    /// <summary>All balances at zero: phones keep what they are not told otherwise.</summary>
    public static IReadOnlyList<LedgerBalance> Empty(IReadOnlyList<LedgerBalance> before) =>
        before.Count == 0 ? before : [.. before.Select(balance => balance with { Quantity = 0 })];

    public static int Sections(IReadOnlyList<LedgerBalance> balances) => balances.Select(balance => balance.Section).Distinct().Count();
}
