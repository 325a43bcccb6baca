namespace ServerlessRosa.Core.Ids;

/// <summary>Whoever a case can belong to: the id of a mobile worker (which is its user id too), of a group, or of a location. Cases may
/// name owners that nobody is, such as `-`.</summary>
public readonly record struct OwnerId(string Value)
{
    public override string ToString() => Value;
}
