using System.Globalization;

namespace ServerlessRosa.Core.Projects;

public readonly record struct ProjectId(int Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
