using System.Globalization;

namespace ServerlessRosa.Core.Ids;

public readonly record struct ProjectId(int Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
