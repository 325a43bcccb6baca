using ServerlessRosa.Core.Cases;

namespace ServerlessRosa.Core.Restore;

/// <summary>
/// A case as a phone is sent it. <see cref="Indices"/> are all of them by identifier: without target, the phone has to drop the index.
/// </summary>
public sealed record SentCase(Case Case, bool Creates, bool Closes, IReadOnlyList<CaseIndex> Indices);
