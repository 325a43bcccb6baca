namespace ServerlessRosa.Core.Ids;

/// <summary>
/// The owner of a case: the id of a mobile worker (which is also its user id), of a group, or of a location. Cases may name owners that do
/// not exist, such as `-`.
/// </summary>
public readonly record struct OwnerId(string Value)
{
    public override string ToString() => Value;
}
