using System.Globalization;

namespace ServerlessRosa.Core.Ids;

/// <summary>The number of an actor of any kind, unique on the server.</summary>
public readonly record struct ActorId(int Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
