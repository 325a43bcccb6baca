using ServerlessRosa.Core.Cases;

namespace ServerlessRosa.Core.Restore;

/// <summary>
/// A case as sent to a phone. <see cref="Indices"/> holds all indices by identifier; without a target, the phone removes the index.
/// </summary>
public sealed record SentCase(Case Case, bool Creates, bool Closes, IReadOnlyList<CaseIndex> Indices);
