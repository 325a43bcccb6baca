namespace ServerlessRosa.XlsForms;

/// <summary>Which container has which entity (XF-228).</summary>
internal sealed class EntityPlaces
{
    private readonly Dictionary<SurveyElement, EntityDeclaration> _byContainer = [];

    public int Count => _byContainer.Count;

    public bool AnyInRepeat =>
        _byContainer.Keys.Any(container => container.Kind == ElementKind.Repeat || container.NearestRepeat is not null);

    public EntityDeclaration? In(SurveyElement container) => _byContainer.GetValueOrDefault(container);

    public bool TryPlace(SurveyElement container, EntityDeclaration entity) => _byContainer.TryAdd(container, entity);
}
