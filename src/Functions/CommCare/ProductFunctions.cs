using System.Text.Json;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Products (CC-044, CC-144 to CC-146, `product`), at both of CommCare's addresses. Writing is an addition.</summary>
public sealed class ProductFunctions(DomainApi api, Products products)
{
    [Function("ListProducts")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(ListAnswer<ProductAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/product")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("ListProductsV1")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(ListAnswer<ProductAnswer>))]
    public Task<IResult> ListV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/product/v1")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("CreateProduct")]
    [Takes(typeof(NewProductBody))]
    [Answers(typeof(ProductAnswer))]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/v0.5/product")] HttpRequest request,
        string domain
    ) => CreateAsync(request, domain);

    [Function("CreateProductV1")]
    [Takes(typeof(NewProductBody))]
    [Answers(typeof(ProductAnswer))]
    public Task<IResult> CreateV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/product/v1")] HttpRequest request,
        string domain
    ) => CreateAsync(request, domain);

    [Function("GetProduct")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(ProductAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/product/{id}")] HttpRequest request,
        string domain,
        string id
    ) => GetAsync(request, domain, id);

    [Function("GetProductV1")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(ProductAnswer))]
    public Task<IResult> GetV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/product/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => GetAsync(request, domain, id);

    [Function("ChangeProduct")]
    [Takes(typeof(ProductChangeBody))]
    [Answers(typeof(ProductAnswer))]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "a/{domain}/api/v0.5/product/{id}")] HttpRequest request,
        string domain,
        string id
    ) => ChangeAsync(request, domain, id);

    [Function("ChangeProductV1")]
    [Takes(typeof(ProductChangeBody))]
    [Answers(typeof(ProductAnswer))]
    public Task<IResult> ChangeV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "a/{domain}/api/product/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => ChangeAsync(request, domain, id);

    [Function("DeleteProduct")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "a/{domain}/api/v0.5/product/{id}")] HttpRequest request,
        string domain,
        string id
    ) => DeleteAsync(request, domain, id);

    [Function("DeleteProductV1")]
    public Task<IResult> DeleteV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "a/{domain}/api/product/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => DeleteAsync(request, domain, id);

    private Task<IResult> ListAsync(HttpRequest request, string domain) =>
        api.ListAsync(request, domain, (user, cancellationToken) => products.ListAsync(user.Project.Id, cancellationToken), Shape);

    private Task<IResult> CreateAsync(HttpRequest request, string domain) =>
        api.WriteAsync(
            request,
            domain,
            async (user, body, cancellationToken) =>
            {
                DomainApi.Required(body, "name");
                var created = await products.CreateAsync(user.Project.Id, IdOf(body), Change(body), cancellationToken);
                return await DoneAsync(user, "product.create", created, StatusCodes.Status201Created, Shape(user, created));
            }
        );

    private Task<IResult> GetAsync(HttpRequest request, string domain, string id) =>
        api.ReadAsync(
            request,
            domain,
            async (user, cancellationToken) =>
                Json.Ok(Shape(user, await products.GetAsync(user.Project.Id, RouteText.Decode(id), cancellationToken)))
        );

    private Task<IResult> ChangeAsync(HttpRequest request, string domain, string id) =>
        api.WriteAsync(
            request,
            domain,
            async (user, body, cancellationToken) =>
            {
                var changed = await products.ChangeAsync(user.Project.Id, RouteText.Decode(id), Change(body), cancellationToken);
                return await DoneAsync(user, "product.update", changed, StatusCodes.Status200OK, Shape(user, changed));
            }
        );

    private Task<IResult> DeleteAsync(HttpRequest request, string domain, string id) =>
        api.WriteAsync(
            request,
            domain,
            async (user, _, cancellationToken) =>
            {
                var deleted = await products.DeleteAsync(user.Project.Id, RouteText.Decode(id), cancellationToken);
                return await DoneAsync(user, "product.delete", deleted, StatusCodes.Status204NoContent, null);
            }
        );

    private Task<IResult> DoneAsync(DomainUser user, string action, Product product, int status, object? answer) =>
        api.DoneAsync(user, action, new { id = product.Id, name = product.Name }, status, answer);

    // Ledgers that come from another server name its ids.
    private static string? IdOf(JsonElement body) =>
        Json.Text(body, "id") is not { Length: > 0 } id ? null
        : id.Length <= Product.MaxId ? id
        : throw Problem.ValueTooLong("id", Product.MaxId).AsException();

    // Read before anything is written, and pure afterwards. What isn't named stays.
    private static Func<Product, Product> Change(JsonElement body)
    {
        var name = Json.Has(body, "name") ? DomainApi.Required(body, "name") : null;
        var (code, unit, description) = (DomainApi.Scalar(body, "code"), Json.Text(body, "unit"), Json.Text(body, "description"));
        var (category, program, cost) = (Json.Text(body, "category"), Json.Text(body, "program_id"), DomainApi.Scalar(body, "cost"));
        var (data, archived) = (Json.Map(body, "product_data"), Json.Flag(body, "is_archived"));
        return product =>
            product with
            {
                Name = name ?? product.Name,
                Code = code ?? product.Code,
                Unit = unit ?? product.Unit,
                Description = description ?? product.Description,
                Category = category ?? product.Category,
                ProgramId = program ?? product.ProgramId,
                Cost = cost ?? product.Cost,
                Data = data ?? product.Data,
                IsArchived = archived ?? product.IsArchived,
            };
    }

    private static ProductAnswer Shape(DomainUser user, Product product) =>
        new(
            product.Id,
            product.Name,
            product.Code,
            product.Unit,
            product.Description,
            product.Category,
            product.ProgramId,
            product.Cost,
            product.Data,
            product.IsArchived,
            CaseShapes.Time(product.ModifiedAt),
            user.Domain,
            ""
        );
}
