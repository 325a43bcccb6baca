namespace ServerlessRosa.XlsForms;

/// <summary>Finds the container for each entity: the form, a group or a repeat (XF-228).</summary>
internal sealed class EntityPlacement(FormContext context, SurveyTree tree)
{
    private readonly EntityPlaces _places = new();

    /// <summary>Containers between an entity and its questions, by the entity that they are reserved for.</summary>
    private readonly Dictionary<SurveyElement, EntityDeclaration> _reserved = [];

    /// <summary>An entity with the questions it is made of and the repeat (or form) they belong to.</summary>
    private sealed record Request(
        EntityDeclaration Entity,
        SurveyElement Scope,
        IReadOnlyList<SurveyElement> SaveTos,
        IReadOnlyList<SurveyElement> References
    );

    public EntityPlaces Place()
    {
        var saveTos = SaveTos.Read(context, tree);
        var requests = context.Entities.Select(entity => FindScope(entity, saveTos.Of(entity))).OfType<Request>().ToList();
        if (context.Entities.Count == 1)
        {
            foreach (var request in requests)
            {
                Put(request, request.Scope == tree.Root ? tree.Root : Start(request));
            }
            return _places;
        }
        foreach (var request in requests.GroupBy(request => request.Scope).SelectMany(scope => scope))
        {
            Put(request, Start(request));
        }
        return _places;
    }

    private static SurveyElement ScopeOf(SurveyElement element) =>
        element.NearestRepeat ?? (element.Parent is null ? element : element.Ancestors.Last());

    private static int Depth(SurveyElement element) => element.Ancestors.Count();

    private Request? FindScope(EntityDeclaration entity, IReadOnlyList<SurveyElement> saveTos)
    {
        var references = References(entity).ToList();
        var all = saveTos.Concat(references).ToList();
        var scope = all.Select(ScopeOf).OrderByDescending(Depth).FirstOrDefault() ?? tree.Root;
        foreach (var element in all.Where(element => !IsOnLine(ScopeOf(element), scope)))
        {
            Error(entity, $"It refers to '{element.Name}', which is in another repeat than the rest. Copy the value into one repeat.");
            return null;
        }
        foreach (var element in saveTos.Where(element => ScopeOf(element) != scope))
        {
            var text = $"The entity '{entity.ListName}' belongs to the repeat '{scope.Name}', but this question does not.";
            context.SurveyError(element.Row, text, "bind", "entities:saveto");
            return null;
        }
        return new Request(entity, scope, saveTos, references);
    }

    private void Error(EntityDeclaration entity, string text) =>
        context.Messages.Error(SheetName.Entities, entity.Row.Number, entity.Header("dataset"), text);

    private static bool IsOnLine(SurveyElement scope, SurveyElement deepest) => scope == deepest || deepest.Ancestors.Contains(scope);

    private IEnumerable<SurveyElement> References(EntityDeclaration entity) =>
        new[] { entity.EntityId, entity.CreateIf, entity.UpdateIf, entity.Label }
            .OfType<string>()
            .SelectMany(Reference.FindAll)
            .Select(reference => tree.Find(reference.Name))
            .OfType<SurveyElement>();

    /// <summary>The container to begin with: the one that all its questions share, else that of its deepest reference.</summary>
    private static SurveyElement Start(Request request)
    {
        if (request.SaveTos.Count > 0)
            return request.SaveTos.Select(element => element.Parent!).Aggregate(CommonContainer);
        var inScope = request.References.Where(element => ScopeOf(element) == request.Scope);
        return inScope.OrderByDescending(Depth).FirstOrDefault()?.Parent ?? request.Scope;
    }

    private static SurveyElement CommonContainer(SurveyElement first, SurveyElement second)
    {
        var line = first.Ancestors.Prepend(first).ToHashSet();
        return second.Ancestors.Prepend(second).First(line.Contains);
    }

    /// <summary>Places it in the first free container from `start` up to the scope.</summary>
    private void Put(Request request, SurveyElement start)
    {
        for (var at = start; ; at = at.Parent!)
        {
            if (IsFree(at, request) && Between(request, at).All(below => IsFree(below, request)) && _places.TryPlace(at, request.Entity))
            {
                Reserve(request, at);
                return;
            }
            if (at != request.Scope && at.Parent is not null)
                continue;
            const string text =
                "Each group, repeat or form can have one entity only, and there is none left for this one. Move its questions.";
            Error(request.Entity, text);
            return;
        }
    }

    private void Reserve(Request request, SurveyElement container)
    {
        foreach (var at in Between(request, container))
        {
            _reserved.TryAdd(at, request.Entity);
        }
    }

    private bool IsFree(SurveyElement container, Request request) =>
        _places.In(container) is null && (!_reserved.TryGetValue(container, out var owner) || owner == request.Entity);

    /// <summary>The containers from the entity's own, which is not among them, down to its questions.</summary>
    private static IEnumerable<SurveyElement> Between(Request request, SurveyElement container) =>
        request.SaveTos.SelectMany(element => element.Ancestors.TakeWhile(at => at != container)).Distinct();
}
